import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { acquireEnvoy } from '../acquire-envoy/acquire-envoy.js';
import { developmentIssuer } from '../development-issuer.js';
import { readSigningKey } from '../token/key-files.js';
import { signToken } from '../token/sign-token.js';

const program = fileURLToPath(new URL('../../bin/omnia-policy.js', import.meta.url));
const examples = fileURLToPath(new URL('../../../manifests/examples/securing-agents/', import.meta.url));
const ports = ['--listen', '--envoy-admin', '--ext-authz', '--ops', '--demo-tools'].flatMap((flag) => [
  flag,
  '127.0.0.1:0',
]);
// One Envoy for all tests; the temporary folder is ours, so that what a run leaves behind is seen.
const { path: ENVOY_PATH } = await acquireEnvoy({
  env: process.env,
  report: (line) => {
    t.comment(line);
  },
});
const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'omnia-run-')));
t.teardown(() => {
  rmSync(temporary, { recursive: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly stdout: string[];
  readonly stderr: string[];
  readonly exitCode: Promise<number | null>;
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [program, 'run', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ENVOY_PATH, TMPDIR: temporary, ...env },
  });
  const stdout: string[] = [];
  const stderr: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => stdout.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  t.teardown(() => child.kill('SIGKILL'));
  return { child, stdout, stderr, exitCode };
}

async function untilReady({ stdout, stderr, child }: Started): Promise<void> {
  while (!stdout.includes('ready')) {
    if (child.exitCode !== null) throw new Error(stderr.join('\n'));
    await delay(20);
  }
}

/** The pids of the parts, as the run reported them. */
function pidsOf({ stderr }: Started): { readonly extAuthz: number; readonly envoy: number } {
  const pid = (what: string): number =>
    Number(
      stderr
        .findLast(
          (line) =>
            line.includes(`${what} started (pid`) || new RegExp(`${what} .*started \\(pid`).test(line),
        )
        ?.match(/pid (\d+)/)?.[1],
    );
  return { extAuthz: pid('the policy service'), envoy: pid('Envoy') };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await delay(20);
}

const key = await readSigningKey(developmentIssuer.privateKeyFile);
const { issuer, audience } = developmentIssuer;
const token = await signToken(
  { team: 'support', customer_id: 'C-7' },
  { key, issuer, audience, expiresInMs: 600_000 },
);

interface Answer {
  readonly status: number;
  readonly body: string;
  /** Empty when nobody decided. */
  readonly decisionId: string;
  readonly socket: Socket;
}

const refund = { 'x-omnia-tool-name': 'process_refund' };

/** Calls a tool as the tutorial does, over one connection that stays open. */
function caller({
  stderr,
}: Started): (
  headers?: Readonly<Record<string, string | readonly string[]>>,
  body?: string,
) => Promise<Answer> {
  const url = /tool calls on (\S+)/.exec(stderr.join('\n'))?.[1] ?? '';
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => {
    agent.destroy();
  });
  const base = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'x-omnia-agent-name': 'support-agent',
    'x-omnia-namespace': 'production',
    'x-omnia-tool-registry': 'customer-tools',
    'x-omnia-tool-name': 'lookup_order',
  };
  return async (headers = {}, body = '{}') => {
    const call = request(`${url}/v1/refund`, { method: 'POST', agent, headers: { ...base, ...headers } }).end(
      body,
    );
    const [response] = (await once(call, 'response')) as [IncomingMessage & { statusCode: number }];
    const decisionId = String(response.headers['x-omnia-decision-id'] ?? '');
    const { socket } = call;
    if (socket === null) throw new Error('no connection');
    return { status: response.statusCode, body: await text(response), decisionId, socket };
  };
}

/** The line may come later than the answer. */
async function decisionLine({ stdout }: Started, decisionId: string): Promise<unknown> {
  let line: string | undefined;
  while (line === undefined) {
    await delay(20);
    line = stdout.find((text) => text.includes(`"decisionId":"${decisionId}"`));
  }
  return JSON.parse(line) as unknown;
}

function policyFolder(): string {
  const folder = mkdtempSync(join(temporary, 'policies-'));
  cpSync(examples, folder, { recursive: true });
  return folder;
}

function edit(folder: string, name: string, change: (yaml: string) => string): void {
  const draft = join(temporary, 'draft');
  writeFileSync(draft, change(readFileSync(join(folder, name), 'utf8')));
  renameSync(draft, join(folder, name));
}

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

function leftBehind(): readonly string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('omnia-policy-'));
}
