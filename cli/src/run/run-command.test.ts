import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import {
  caller,
  decisionLine,
  edit,
  examples,
  isAlive,
  leftBehind,
  pidsOf,
  policyFolder,
  ports,
  refund,
  start,
  temporary,
  token,
  untilGone,
  untilReady,
} from '../testing/started-run.js';

t.test('the tutorial runs, edits reach open connections, and Ctrl-C ends everything', async (t) => {
  const policies = policyFolder();
  const run = start(['--policies', policies, ...ports]);
  await untilReady(run);
  const call = caller(run);
  const sockets = new Set<Socket>();
  const tryCall: typeof call = async (...args) => {
    const answer = await call(...args);
    sockets.add(answer.socket);
    return answer;
  };

  const looked = await tryCall({ 'x-omnia-claim-team': 'forged', 'x-processed-by': 'forged' });
  t.equal(looked.status, 200);
  const received = JSON.parse(looked.body) as { headers: Record<string, unknown> };
  t.match(received.headers, { 'x-omnia-claim-team': 'support', 'x-omnia-claim-customer-id': 'C-7' });
  t.equal((await tryCall({ 'x-omnia-tool-name': 'delete_account' })).status, 403);

  const audited = await tryCall(refund, '{"amount":900,"reason":"damaged"}');
  t.equal(audited.status, 200);
  t.match(JSON.parse(audited.body), { headers: { 'x-processed-by': 'support' }, body: { amount: 900 } });
  const audit = await decisionLine(run, audited.decisionId);
  t.hasStrict(audit, { msg: 'policy_decision', wouldDeny: true, rule: 'max-refund-amount' });

  edit(policies, 'refund-guardrails.yaml', (yaml) => yaml.replace('mode: audit', 'mode: enforce'));
  let enforced = await tryCall(refund, '{"amount":900,"reason":"damaged"}');
  while (enforced.status === 200) enforced = await tryCall(refund, '{"amount":900,"reason":"damaged"}');
  t.equal(enforced.status, 403);
  t.equal(
    enforced.body,
    '{"error":"policy_denied","rule":"max-refund-amount","message":"Refund amount exceeds the $500 limit"}',
  );

  // What follows needs Envoy's filters to change, not ext-authz alone.
  edit(policies, 'support-agent-policy.yaml', (yaml) => yaml.replaceAll('-Team', '-Crew'));
  let mapped = await tryCall();
  while (!mapped.body.includes('x-omnia-claim-crew')) mapped = await tryCall();
  t.notMatch(mapped.body, 'x-omnia-claim-team');
  t.equal(sockets.size, 1, 'one connection served all calls');

  for (const other of ['Basic dXNlcjpwYXNz', `Bearer ${token}`]) {
    t.equal((await call({ authorization: [other, `Bearer ${token}`] })).status, 403, 'two credentials');
  }

  const { envoy, extAuthz } = pidsOf(run);
  t.ok(isAlive(envoy) && isAlive(extAuthz));
  run.child.kill('SIGINT');
  t.equal(await run.exitCode, 0);
  t.notOk(isAlive(envoy) || isAlive(extAuthz));
  t.strictSame(leftBehind(), []);
  t.strictSame(
    run.stdout.filter((line) => !line.startsWith('{')),
    ['ready'],
  );
});

t.test('while the policy service is away calls are refused, and it comes back by itself', async (t) => {
  const run = start(['--policies', examples, ...ports]);
  await untilReady(run);
  const call = caller(run);
  const before = pidsOf(run);
  process.kill(before.extAuthz, 'SIGKILL');
  await untilGone(before.extAuthz);
  const away = await call();
  t.equal(away.status, 503);
  let back = away;
  while (back.status === 503) back = await call();
  t.equal(back.status, 200);
  const after = pidsOf(run);
  t.equal(after.envoy, before.envoy, 'Envoy was not restarted');
  t.not(after.extAuthz, before.extAuthz);
  run.child.kill('SIGTERM');
  t.equal(await run.exitCode, 0);
  t.strictSame(leftBehind(), []);
});

t.test('when Envoy ends, the run ends with its words', async (t) => {
  const run = start(['--policies', examples, ...ports]);
  await untilReady(run);
  const { envoy, extAuthz } = pidsOf(run);
  process.kill(envoy, 'SIGKILL');
  t.equal(await run.exitCode, 1);
  t.match(run.stderr.join('\n'), /Envoy was ended by SIGKILL[^]*\[envoy-failed\]/);
  t.notOk(isAlive(extAuthz));
  t.strictSame(leftBehind(), []);
});

t.test('a second Ctrl-C does not wait for a part that hangs', async (t) => {
  const run = start(['--policies', examples, ...ports]);
  await untilReady(run);
  const { envoy, extAuthz } = pidsOf(run);
  process.kill(extAuthz, 'SIGSTOP');
  run.child.kill('SIGINT');
  await untilGone(envoy);
  // Two signals in quick succession are one Ctrl-C, passed on by npm.
  const again = setInterval(() => run.child.kill('SIGINT'), 100);
  t.equal(await run.exitCode, 130);
  clearInterval(again);
  await untilGone(extAuthz);
  t.strictSame(leftBehind(), []);
});

t.test('nothing outlives a run that is killed', async (t) => {
  const run = start(['--policies', examples, ...ports]);
  await untilReady(run);
  const { envoy, extAuthz } = pidsOf(run);
  run.child.kill('SIGKILL');
  await Promise.all([untilGone(envoy), untilGone(extAuthz)]);
  t.strictSame(leftBehind().length, 1, 'its temporary folder alone stays');
  for (const name of leftBehind()) rmSync(join(temporary, name), { recursive: true });
});

t.test('a busy port ends the run before anything starts', async (t) => {
  const busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
  t.teardown(() => busy.close());
  const { port } = busy.address() as AddressInfo;
  for (const flag of ['--listen', '--envoy-admin', '--ext-authz', '--ops', '--demo-tools']) {
    const others = ports.map((arg, index) => (ports[index - 1] === flag ? `127.0.0.1:${port}` : arg));
    const run = start(['--policies', examples, ...others]);
    t.equal(await run.exitCode, 1);
    t.match(run.stderr.join('\n'), new RegExp(`port ${port} is busy.*${flag}.*address-in-use`));
    t.notMatch(run.stderr.join('\n'), /started/);
  }
});

const mistakes: readonly [string, readonly string[], RegExp][] = [
  ['no folder is named', [], /--policies .*OMNIA_POLICIES.*missing-setting/],
  ['the folder is not there', ['--policies', '/no/folder', ...ports], /\/no\/folder/],
  [
    'other machines could use the development key',
    ['--policies', examples, ...ports.with(1, '0.0.0.0:0')],
    /--listen 0\.0\.0\.0:0 .*development key.*conflicting-settings/,
  ],
  [
    "the tool service's URL has a path",
    ['--policies', examples, '--upstream', 'http://127.0.0.1:1/v1', ...ports],
    /--upstream: .*end after the port.*invalid-setting/,
  ],
  [
    'the key set is not there',
    ['--policies', examples, '--jwks', '/no/jwks', ...ports],
    /--jwks.*file-unreadable/,
  ],
];

for (const [what, args, message] of mistakes) {
  t.test(`one line says it when ${what}`, async (t) => {
    const run = start(args);
    t.equal(await run.exitCode, 1);
    t.match(run.stderr.join(' '), message);
    t.notMatch(run.stderr.join('\n'), /^ {4}at /m, 'no stack trace');
    t.strictSame(leftBehind(), []);
  });
}

t.test('--help lists every flag with its variable', async (t) => {
  const run = start(['--help']);
  t.equal(await run.exitCode, 0);
  const help = run.stdout.join('\n');
  const flags = [
    'policies',
    'upstream',
    'listen',
    'envoy-admin',
    'ext-authz',
    'ops',
    'demo-tools',
    'jwks',
    'issuer',
  ];
  flags.push(
    'audience',
    'unmatched',
    'mcp-denial',
    'max-request-bytes',
    'workers',
    'envoy-concurrency',
    'jwt',
  );
  for (const flag of flags) {
    t.match(help, new RegExp(`^ +--${flag}\\b`, 'm'));
    t.match(help, new RegExp(`\\bOMNIA_${flag.toUpperCase().replaceAll('-', '_')}\\b`));
  }
});
