import { credentials, makeClientConstructor, status, type Client } from '@grpc/grpc-js';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { connect as connectHttp2 } from 'node:http2';
import { createServer } from 'node:net';
import t from 'tap';
import { authorizationName, checkMethod, healthService } from './services.js';
import { createCheckClient, metadataOf, toolRequest } from './testing/check-client.js';
import { listServices } from './testing/list-services.js';
import { refundPolicy } from './testing/policy-texts.js';
import { startProgram, until, type ProgramOptions } from './testing/started-program.js';

async function started(t: Tap, options: ProgramOptions) {
  const program = await startProgram(options);
  const client = createCheckClient(program.port);
  t.teardown(async () => {
    client.close();
    await program.end('SIGKILL');
  });
  return { program, client };
}
type Tap = Pick<typeof t, 'teardown'>;

const tutorial: ProgramOptions = { policies: { 'refund.yaml': refundPolicy() } };

t.test('an allowed call goes on, with its decision in the metadata and its id for the answer', async (t) => {
  const { program, client } = await started(t, tutorial);
  await program.ready();
  const result = await client.check(toolRequest({ body: '{"amount": 100}' }));
  const metadata = metadataOf(result);
  t.match(metadata, { policy: '', rule: '', outcome: 'allowed', inject: '{"remove":[],"set":[]}' });
  t.match(metadata.decision_id, /^[0-9a-f-]{36}$/);
  t.strictSame(result.response?.ok_response?.response_headers_to_add, [
    { header: { key: 'x-omnia-decision-id', value: metadata.decision_id }, append_action: 2 },
  ]);
  t.equal(result.response?.denied_response, undefined);
  t.notOk(
    program.log.some(({ msg }) => msg === 'policy_decision'),
    'a plain allow is not logged',
  );
});

t.test('a denied call is answered 403, byte for byte, and logged', async (t) => {
  const { program, client } = await started(t, tutorial);
  await program.ready();
  const body = '{"amount": 501, "note": "secret words"}';
  const headers = { authorization: 'Bearer abc.def', 'x-omnia-session-id': 's1', 'x-omnia-request-id': 'r1' };
  const result = await client.check(toolRequest({ body, headers, path: '/v1/refund?token=hidden' }));
  const { decision_id: id, ...metadata } = metadataOf(result);
  t.strictSame(metadata, {
    policy: 'refund-guardrails',
    rule: 'max-refund-amount',
    outcome: 'denied',
    inject: '{"remove":[],"set":[]}',
  });
  t.equal(result.response?.status.code, 7);
  t.equal(result.response?.ok_response, undefined);
  t.strictSame(result.response?.denied_response, {
    status: { code: 403 },
    headers: [
      { header: { key: 'content-type', value: 'application/json' }, append_action: 2 },
      { header: { key: 'x-omnia-decision-id', value: id }, append_action: 2 },
    ],
    body: '{"error":"policy_denied","rule":"max-refund-amount","message":"Refund amount exceeds the $500 limit"}',
  });
  const { level, time, durationMs, ...line } = await program.logged(({ msg }) => msg === 'policy_decision');
  t.match({ level, time, durationMs }, { level: 'info', time: String, durationMs: Number });
  t.strictSame(line, {
    decision: 'deny',
    wouldDeny: false,
    mode: 'enforce',
    policy: 'refund-guardrails',
    policyKind: 'ToolPolicy',
    rule: 'max-refund-amount',
    message: 'Refund amount exceeds the $500 limit',
    path: '/v1/refund',
    method: 'POST',
    namespace: 'production',
    agent: 'support-agent',
    registry: 'customer-tools',
    tool: 'process_refund',
    sessionId: 's1',
    requestId: 'r1',
    decisionId: id,
    msg: 'policy_decision',
  });
  t.notMatch(JSON.stringify(program.log), /secret words|abc\.def|hidden/);
});

t.test('audit mode lets the call pass and logs what would be denied', async (t) => {
  const { program, client } = await started(t, { policies: { 'a.yaml': refundPolicy({ mode: 'audit' }) } });
  await program.ready();
  const result = await client.check(toolRequest({ body: '{"amount": 501}' }));
  t.ok(result.response?.ok_response);
  t.match(metadataOf(result), {
    outcome: 'would_deny',
    policy: 'refund-guardrails',
    rule: 'max-refund-amount',
  });
  const line = await program.logged(({ msg }) => msg === 'policy_decision');
  t.match(line, { decision: 'deny', wouldDeny: true, mode: 'audit', path: '/v1/refund', method: 'POST' });
  const { text } = await program.get('/metrics');
  for (const outcome of ['allowed', 'would_deny']) t.match(text, new RegExp(`outcome="${outcome}".*} 1\n`));
});

t.test('audit.logDecisions logs allows too, with headers and arguments masked', async (t) => {
  const audit = 'audit: {logDecisions: true, redactFields: [Card_Number]}';
  const { program, client } = await started(t, { policies: { 'a.yaml': refundPolicy({ audit }) } });
  await program.ready();
  const body = '{"amount": 1, "payment": {"cardNumber": "4111", "to": ["Bearer abcdef"]}}';
  const headers = { cookie: 'sid=1', 'x-omnia-param-cardnumber': '4111', 'x-kept': 'yes' };
  await client.check(toolRequest({ body, headers }));
  const line = await program.logged(({ msg }) => msg === 'policy_decision');
  t.match(line, {
    decision: 'allow',
    wouldDeny: false,
    policies: ['refund-guardrails'],
    headers: { cookie: '[REDACTED]', 'x-omnia-param-cardnumber': '[REDACTED]', 'x-kept': 'yes' },
    arguments: { amount: 1, payment: { cardNumber: '[REDACTED]', to: ['[REDACTED]'] } },
  });
  t.notMatch(JSON.stringify(line), /4111|sid=1|abcdef/);
});

t.test('before the first complete load there is no decision', async (t) => {
  const { program, client } = await started(t, { policies: { 'a.yaml': 'a: [1\n' } });
  await program.logged(({ msg }) => msg === 'policy problem');
  t.match(await client.check(toolRequest()), { error: { code: status.UNAVAILABLE } });
  t.match(await program.get('/readyz'), { status: 503, text: /policies are not loaded/ });
  t.equal((await program.get('/healthz')).status, 200);
  const report = JSON.parse((await program.get('/policies')).text) as Record<string, unknown>;
  t.match(report, {
    revision: null,
    complete: false,
    entries: [],
    files: [{ file: 'a.yaml', problem: { code: 'invalid-yaml', line: 2, column: 1 } }],
  });
  await program.write('a.yaml', refundPolicy());
  await program.ready();
  t.match(metadataOf(await client.check(toolRequest({ body: '{"amount": 900}' }))), { outcome: 'denied' });
});

t.test('a changed, a broken and a deleted file', async (t) => {
  const { program, client } = await started(t, tutorial);
  await program.ready();
  const outcome = async () =>
    metadataOf(await client.check(toolRequest({ body: '{"amount": 300}' }))).outcome;
  t.equal(await outcome(), 'allowed');
  await program.write('refund.yaml', refundPolicy({ limit: 200 }));
  await until(async () => (await outcome()) === 'denied');
  await program.write('refund.yaml', 'kind: [\n');
  await program.logged(({ msg, file }) => msg === 'policy problem' && file === 'refund.yaml');
  t.equal(await outcome(), 'denied', 'the last good version stays in force');
  t.match(JSON.parse((await program.get('/policies')).text), {
    files: [{ file: 'refund.yaml', keptDocuments: 1 }],
  });
  await program.write('refund.yaml', refundPolicy({ limit: 400 }));
  await until(async () => (await outcome()) === 'allowed');
  await program.write('extra/more.yaml', refundPolicy({ name: 'stricter', limit: 10 }));
  await until(async () => (await outcome()) === 'denied');
});

t.test('problems at /policies point into the file', async (t) => {
  const broken = refundPolicy().replace('has(body.amount)', 'has(body.amount) && nonsense');
  const { program } = await started(t, { policies: { 'a.yaml': `# first\n---\n${broken}` } });
  await program.ready();
  const report = JSON.parse((await program.get('/policies')).text) as { entries: { problems: unknown[] }[] };
  const line = broken.split('\n').findIndex((text) => text.includes('nonsense')) + 3;
  t.match(report.entries[0]?.problems[0], {
    code: 'invalid-cel',
    line,
    column: `        cel: 'has(body.amount) && `.length + 1,
  });
});

t.test('what is no HTTP request never becomes a decision', async (t) => {
  const { program, client } = await started(t, tutorial);
  await program.ready();
  const http = { method: 'POST', path: '/' };
  for (const message of [
    {},
    { attributes: {} },
    { attributes: { request: {} } },
    { attributes: { request: { http: {} } } },
  ]) {
    t.match(
      await client.check(message),
      { error: { code: status.INVALID_ARGUMENT } },
      JSON.stringify(message),
    );
  }
  t.match(await client.check({ attributes: { request: { http: { path: '/' } } } }), { error: {} });
  t.ok((await client.check({ attributes: { request: { http } } })).response, 'the least that is a request');
  const huge = await client.check(toolRequest({ body: 'x'.repeat(5_000_000) }));
  t.equal(huge.error?.code, status.RESOURCE_EXHAUSTED);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      return (await client.checkBytes(Buffer.from(bytes))).error !== undefined;
    }),
    { numRuns: 300 },
  );
  const valid = checkMethod.requestSerialize(toolRequest({ body: '{"amount": 501}' }));
  for (let index = 0; index < 200; index += 1) {
    const cut = valid.subarray(0, (randomBytes(1)[0] ?? 0) % valid.length);
    const { response } = await client.checkBytes(cut);
    t.equal(response, undefined, `cut after ${cut.length} bytes`);
  }
  t.match(
    metadataOf(await client.check(toolRequest({ body: '{"amount": 501}' }))),
    { outcome: 'denied' },
    'still works',
  );
});

t.test('bodies that are not there, cut or not shown are not taken for empty ones', async (t) => {
  const { program, client } = await started(t, tutorial);
  await program.ready();
  const outcome = async (...args: Parameters<typeof client.check>) =>
    metadataOf(await client.check(...args)).outcome;
  const small = toolRequest({ body: '{"amount": 1}' });
  t.equal(await outcome(small, { bodyMark: '14' }), 'allowed');
  for (const bodyMark of [undefined, '13', '12', '0', '-1', 'buffered', '']) {
    t.equal(await outcome(small, { bodyMark }), 'denied', `the filter buffers ${String(bodyMark)} bytes`);
  }
  t.equal(
    await outcome(toolRequest({ body: '{"amount": 1}', headers: { 'x-envoy-auth-partial-body': 'true' } })),
    'denied',
  );
  t.equal(
    await outcome(toolRequest({ body: '{"amount": 1}', headers: { 'content-length': '99' } })),
    'denied',
  );
  t.equal(await outcome(toolRequest({ headers: { upgrade: 'websocket' } })), 'denied');
  const long = toolRequest({ body: `{"a": "${'x'.repeat(65_536)}"}` });
  t.equal(await outcome(long), 'denied');
  t.equal(await outcome(long, { bodyMark: '1000000' }), 'denied', 'our own limit is the smaller one');
  t.equal(await outcome(toolRequest()), 'allowed');
});

t.test('the attachment decides namespace and registries', async (t) => {
  const { program, client } = await started(t, tutorial);
  await program.ready();
  const elsewhere = toolRequest({ body: '{"amount": 501}', headers: { 'x-omnia-namespace': 'other' } });
  t.match(metadataOf(await client.check(elsewhere)), { outcome: 'allowed' });
  const pinned = toolRequest({
    body: '{"amount": 501}',
    headers: { 'x-omnia-namespace': 'other' },
    extensions: { omnia_registries: 'production/a,production/customer-tools' },
  });
  t.match(metadataOf(await client.check(pinned)), { outcome: 'denied', rule: 'max-refund-amount' });
  const foreign = toolRequest({ extensions: { omnia_registries: 'production/billing' } });
  t.match(metadataOf(await client.check(foreign)), { outcome: 'denied' });
});

t.test('gRPC health and reflection tell what there is', async (t) => {
  const { program } = await started(t, tutorial);
  await program.ready();
  const HealthClient = makeClientConstructor(healthService, 'Health');
  const client: Client & Record<string, unknown> = new HealthClient(
    `localhost:${program.port}`,
    credentials.createInsecure(),
  );
  t.teardown(() => {
    client.close();
  });
  const ask = (service: string) =>
    new Promise((resolve) => {
      const method = client.Check as (
        request: object,
        done: (error: unknown, answer: unknown) => void,
      ) => void;
      method.call(client, { service }, (error, answer) => {
        resolve(error ?? answer);
      });
    });
  t.strictSame(await ask(''), { status: 1 });
  t.strictSame(await ask(authorizationName), { status: 1 });
  t.match(await ask('unknown'), { code: status.NOT_FOUND });
  const services = await listServices(program.port);
  t.strictSame([...services].sort(), [authorizationName, 'grpc.health.v1.Health']);
});

t.test('SIGTERM: not ready and not serving first, calls in flight are answered, then exit 0', async (t) => {
  const { program } = await started(t, tutorial);
  await program.ready();
  const session = connectHttp2(`http://127.0.0.1:${program.port}`);
  t.teardown(() => {
    session.destroy();
  });
  await new Promise((resolve) => session.on('connect', resolve));
  const call = session.request({
    ':method': 'POST',
    ':path': checkMethod.path,
    'content-type': 'application/grpc',
    te: 'trailers',
    'x-omnia-body': '65536',
  });
  const message = checkMethod.requestSerialize(toolRequest({ body: '{"amount": 501}' }));
  const frame = Buffer.concat([Buffer.alloc(5), message]);
  frame.writeUInt32BE(message.length, 1);
  call.write(frame.subarray(0, 40));
  // Answered only after the server has seen the first half.
  await new Promise((resolve) => session.ping(resolve));
  const ended = program.end('SIGTERM');
  await program.logged(({ msg }) => msg === 'shutting down');
  t.match(await program.get('/readyz'), { status: 503, text: /shutting down/ });
  const answer: Buffer[] = [];
  let trailers: Record<string, unknown> = {};
  call.on('data', (chunk: Buffer) => answer.push(chunk));
  call.on('trailers', (received: Record<string, unknown>) => (trailers = received));
  call.end(frame.subarray(40));
  await new Promise((resolve) => call.on('close', resolve));
  t.equal(trailers['grpc-status'], '0');
  t.match(Buffer.concat(answer).toString('latin1'), /policy_denied/);
  t.equal(await ended, 0);
});

t.test('a busy port is an error that names port and flag', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.teardown(() => other.close());
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const busy = `127.0.0.1:${port}`;
  for (const [flag, workers] of [
    ['--listen', '1'],
    ['--listen', '2'],
    ['--ops', '1'],
  ] as const) {
    const start = startProgram({ ...tutorial, args: ['--workers', workers], replace: { [flag]: busy } });
    const words = new RegExp(`\\(1\\): omnia-ext-authz: port ${port} is busy.*with ${flag}.*address-in-use`);
    await t.rejects(start, { message: words }, `${flag}, ${workers} workers`);
  }
});

t.test('operational mistakes end the program with one line', async (t) => {
  const mistakes: readonly (readonly [args: readonly string[], words: RegExp])[] = [
    [['--grpc-max-receive-bytes', '70000'], /--grpc-max-receive-bytes 70000 .*conflicting-settings/],
    [['--tls-cert', 'x'], /--tls-cert and --tls-key belong together/],
    [['--tls-cert', 'none', '--tls-key', 'none'], /ENOENT.*certificates-unreadable/],
    [['--nope'], /--nope is not a flag of omnia-ext-authz/],
  ];
  await t.rejects(startProgram({ replace: { '--listen': '192.0.2.1:0' } }), {
    message: /192\.0\.2\.1.*--listen/,
  });
  for (const [args, words] of mistakes) await t.rejects(startProgram({ args }), { message: words });
});
