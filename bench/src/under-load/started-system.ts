import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EnvoyBinary } from '@omnia-policy/cli';
import { ServiceError } from '@omnia-policy/service';
import { allowedCalls, benchToken, deniedCalls, SMALL_BODY_BYTES } from '../chain/bench-call.js';
import { benchPolicies } from '../chain/bench-policies.js';
import { freePorts } from '../chain/free-ports.js';
import { untilAnswered } from '../chain/until-answered.js';
import { descendants, type ProcessesByRole } from '../measure/process-watch.js';
import type { SystemUnderLoad } from './system-under-load.js';

const HOST = '127.0.0.1';
const POLICIES = 10;
const READY_DEADLINE_MS = 60_000;
const REPLACE_EVERY_MS = 100;

/** The whole system as `omnia-policy run` starts it, on ports of its own and with the policies of the bench. */
export async function startSystem(envoy: EnvoyBinary, workers: number): Promise<SystemUnderLoad> {
  const folder = mkdtempSync(join(tmpdir(), 'omnia-load-'));
  const policies = join(folder, 'policies');
  mkdirSync(policies);
  const replace = policyWriter(folder, policies);
  replace(0);
  const ports = await freePorts(5);
  const [listen = 0, admin, extAuthz, ops, demo] = ports;
  const child = spawn(
    process.execPath,
    [
      ...[fileURLToPath(new URL('../bin/omnia-policy.js', import.meta.resolve('@omnia-policy/cli')))],
      ...['run', '--policies', policies, '--workers', String(workers)],
      ...['--listen', `${HOST}:${listen}`, '--envoy-admin', `${HOST}:${String(admin)}`],
      ...['--ext-authz', `${HOST}:${String(extAuthz)}`, '--ops', `${HOST}:${String(ops)}`],
      ...['--demo-tools', `${HOST}:${String(demo)}`],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ENVOY_PATH: envoy.path } },
  );
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(child);
    const token = await benchToken();
    return {
      address: { host: HOST, port: listen },
      description: `omnia-policy run with its demo tool service, ${POLICIES} policies, ${workers} worker(s) of ext-authz`,
      envoyVersion: envoy.version,
      requests: [...allowedCalls(token, SMALL_BODY_BYTES), ...deniedCalls(token, SMALL_BODY_BYTES)],
      processes: () => processesOf(child),
      faults: {
        killExtAuthz: () => killExtAuthz(child, `http://${HOST}:${String(ops)}/readyz`),
        replacePolicies: (durationMs) => replacePolicies(replace, durationMs),
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Writes the file of policies whole and renames it into place; versions differ in a message only. */
function policyWriter(folder: string, policies: string): (version: number) => void {
  return (version) => {
    const text = benchPolicies(POLICIES)
      .map((policy) => JSON.stringify(policy))
      .join('\n---\n');
    const next = join(folder, 'next');
    writeFileSync(next, text.replaceAll('Unknown region', `Unknown region (version ${version})`));
    renameSync(next, join(policies, 'policies.yaml'));
  };
}

async function replacePolicies(replace: (version: number) => void, durationMs: number): Promise<number> {
  const endMs = performance.now() + durationMs;
  let version = 0;
  while (performance.now() < endMs) {
    replace(++version);
    await delay(REPLACE_EVERY_MS);
  }
  return version;
}

async function killExtAuthz(child: ChildProcess, readyUrl: string): Promise<void> {
  const [pid] = processesOf(child).get('ext-authz') ?? [];
  if (pid === undefined) throw new Error('no ext-authz process is there to be killed');
  process.kill(pid, 'SIGKILL');
  await delay(REPLACE_EVERY_MS);
  await untilAnswered(readyUrl);
}

/** Parts that run more than one process (workers) count as one. */
function processesOf(child: ChildProcess): ProcessesByRole {
  const { pid = -1 } = child;
  const below = descendants(pid);
  const of = (pattern: RegExp): number[] =>
    below.filter(({ command }) => pattern.test(command)).map((found) => found.pid);
  return new Map([
    ['envoy', of(/^\S*envoy\S* .*--config-path/)],
    ['ext-authz', of(/^\S*node\S* \S*omnia-ext-authz\.js/)],
    ['run + demo tools', [pid]],
  ]);
}

/** The decision log is read and dropped; what the system says of itself is shown only when it does not start. */
async function untilReady(child: ChildProcess): Promise<void> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the system was started without pipes');
  const words: string[] = [];
  createInterface({ input: stderr }).on('line', (line) => {
    words.push(line);
    if (words.length > 20) words.shift();
  });
  const ready = new Promise<string>((resolve) => {
    const onData = (chunk: Buffer): void => {
      if (!chunk.toString().split('\n').includes('ready')) return;
      stdout.off('data', onData);
      stdout.resume();
      resolve('ready');
    };
    stdout.on('data', onData);
  });
  const ended = once(child, 'exit').then(() => 'ended');
  const late = delay(READY_DEADLINE_MS, 'is late', { ref: false });
  const outcome = await Promise.race([ready, ended, late]);
  if (outcome !== 'ready') {
    throw new ServiceError(
      'not-ready',
      `omnia-policy run ${outcome} before it was ready:\n${words.join('\n')}`,
    );
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  await exited;
}
