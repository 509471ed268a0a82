import { setTimeout as delay } from 'node:timers/promises';
import type { EnvoyBinary } from '@omnia-policy/cli';
import { freePorts } from '@omnia-policy/test/free-ports.js';
import { allowedCalls, benchToken, deniedCalls, SMALL_BODY_BYTES } from '../chain/bench-call.js';
import { untilAnswered } from '../chain/until-answered.js';
import { descendants, type ProcessesByRole } from '../measure/process-watch.js';
import { createPoliciesFolder } from './policies-folder.js';
import { startRun } from './run-process.js';
import type { SystemUnderLoad } from './system-under-load.js';

const HOST = '127.0.0.1';
const POLICIES = 10;
const PAUSE_AFTER_KILL_MS = 100;

/** The whole system as `omnia-policy run` starts it, on ports of its own and with the policies of the bench. */
export async function startSystem(envoy: EnvoyBinary, workers: number): Promise<SystemUnderLoad> {
  const policies = createPoliciesFolder(POLICIES);
  try {
    const [listen = 0, admin = 0, extAuthz = 0, ops = 0, demo = 0] = await freePorts(5);
    const addresses = { listen, 'envoy-admin': admin, 'ext-authz': extAuthz, ops, 'demo-tools': demo };
    const flags = Object.entries(addresses).flatMap(([flag, port]) => [`--${flag}`, `${HOST}:${port}`]);
    const args = ['--policies', policies.path, '--workers', String(workers), ...flags];
    const token = await benchToken();
    const { pid, stop } = await startRun(args, { ...process.env, ENVOY_PATH: envoy.path });
    return {
      address: { host: HOST, port: listen },
      description: `omnia-policy run with its demo tool service, ${POLICIES} policies, ${workers} worker(s) of ext-authz`,
      envoyVersion: envoy.version,
      requests: [...allowedCalls(token, SMALL_BODY_BYTES), ...deniedCalls(token, SMALL_BODY_BYTES)],
      processes: () => processesOf(pid),
      faults: {
        killExtAuthz: () => killExtAuthz(pid, `http://${HOST}:${ops}/readyz`),
        replacePolicies: (durationMs) => policies.replaceFor(durationMs),
      },
      stop: () => stop().finally(policies.remove),
    };
  } catch (error) {
    policies.remove();
    throw error;
  }
}

/** @param runPid of `omnia-policy run`, whose child ext-authz is */
async function killExtAuthz(runPid: number, readyUrl: string): Promise<void> {
  const [pid] = processesOf(runPid).get('ext-authz') ?? [];
  if (pid === undefined) throw new Error('no ext-authz process is there to be killed');
  process.kill(pid, 'SIGKILL');
  await delay(PAUSE_AFTER_KILL_MS);
  await untilAnswered(readyUrl);
}

/** Parts that run more than one process (workers) count as one, the process that owns the others first. */
function processesOf(runPid: number): ProcessesByRole {
  const below = descendants(runPid);
  const of = (pattern: RegExp): number[] =>
    below.filter(({ command }) => pattern.test(command)).map(({ pid }) => pid);
  return new Map([
    ['envoy', of(/envoy\S* .*--config-path /)],
    // Node's own options may stand before the program.
    ['ext-authz', of(/\/omnia-ext-authz\.js( |$)/)],
    ['run + demo tools', [runPid]],
  ]);
}
