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
import type { Socket } from 'node:net';
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
export const examples = fileURLToPath(
  new URL('../../../manifests/examples/securing-agents/', import.meta.url),
);
export const ports = ['--listen', '--envoy-admin', '--ext-authz', '--ops', '--demo-tools'].flatMap((flag) => [
  flag,
  '127.0.0.1:0',
]);
// One Envoy for all tests; the temporary folder is ours, so that what a run leaves behind is seen.
export const { path: ENVOY_PATH } = await acquireEnvoy({
  env: process.env,
  report: (line) => {
    t.comment(line);
  },
});
export const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'omnia-run-')));
t.teardown(() => {
  rmSync(temporary, { recursive: true });
});

export interface Started {
  readonly child: ChildProcess;
  readonly stdout: string[];
  readonly stderr: string[];
  readonly exitCode: Promise<number | null>;
}

export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
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

export async function untilReady({ stdout, stderr, child }: Started): Promise<void> {
  while (!stdout.includes('ready')) {
    if (child.exitCode !== null) throw new Error(stderr.join('\n'));
    await delay(20);
  }
}

/** The pids of the parts, as the run reported them. */
export function pidsOf({ stderr }: Started): { readonly extAuthz: number; readonly envoy: number } {
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

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await delay(20);
}

const key = await readSigningKey(developmentIssuer.privateKeyFile);
const { issuer, audience } = developmentIssuer;
export const token = await signToken(
  { team: 'support', customer_id: 'C-7' },
  { key, issuer, audience, expiresInMs: 600_000 },
);

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Empty when nobody decided. */
  readonly decisionId: string;
  readonly socket: Socket;
}

export const refund = { 'x-omnia-tool-name': 'process_refund' };

/** Calls a tool as the tutorial does, over one connection that stays open. */
export function caller({
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
export async function decisionLine({ stdout }: Started, decisionId: string): Promise<unknown> {
  let line: string | undefined;
  while (line === undefined) {
    await delay(20);
    line = stdout.find((text) => text.includes(`"decisionId":"${decisionId}"`));
  }
  return JSON.parse(line) as unknown;
}

export function policyFolder(): string {
  const folder = mkdtempSync(join(temporary, 'policies-'));
  cpSync(examples, folder, { recursive: true });
  return folder;
}

export function edit(folder: string, name: string, change: (yaml: string) => string): void {
  const draft = join(temporary, 'draft');
  writeFileSync(draft, change(readFileSync(join(folder, name), 'utf8')));
  renameSync(draft, join(folder, name));
}

export function leftBehind(): readonly string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('omnia-policy-'));
}
