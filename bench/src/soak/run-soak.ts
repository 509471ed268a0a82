import { AS_EXPECTED } from '../generator/outcome.js';
import type { Generator } from '../generator/start-generator.js';
import { summarise } from '../generator/summarise.js';
import type { LoadPlan, PlannedRequest } from '../generator/load-plan.js';
import { FORGED_HEADERS } from './soak-calls.js';
import { sampleMemory, type MemorySample } from './memory-sample.js';
import { CLAIM_HEADER, INJECTED } from './soak-bootstrap.js';
import type { SoakEnvoyProcess } from './start-soak-envoy.js';

export interface SoakPlan {
  readonly requests: readonly PlannedRequest[];
  /** Bearer of the claim `team: support`. */
  readonly token: string;
  /** Compiled code, the token cache and the module's arena come with the first thousands. */
  readonly warmUpCalls: number;
  readonly calls: number;
  readonly generator: Generator;
  readonly report: (line: string) => void;
}

const LEGS = 4;
const CONNECTIONS = 8;
/** A million calls take 2 to 4 minutes on two cores; a leg that takes this long is given up. */
const LONGEST_LEG_MS = 5 * 60_000;

/**
 * Sends the calls and reads the memory before, after each quarter, and at the end.
 *
 * @throws Error when an answer is wrong, a leg takes too long, or the filter no longer does its work
 */
export async function runSoak(envoy: SoakEnvoyProcess, plan: SoakPlan): Promise<readonly MemorySample[]> {
  await checkFilter(envoy, plan.token);
  plan.report(`warming up: ${plan.warmUpCalls} calls`);
  await sendCalls(envoy, plan, plan.warmUpCalls);
  const samples = [await sampleMemory(envoy, 0)];
  for (let leg = 1; leg <= LEGS; leg++) {
    const sent = Math.round((plan.calls * (leg - 1)) / LEGS);
    const calls = Math.round((plan.calls * leg) / LEGS);
    await sendCalls(envoy, plan, calls - sent);
    samples.push(await sampleMemory(envoy, calls));
    plan.report(`${calls} of ${plan.calls} calls`);
  }
  await checkFilter(envoy, plan.token);
  return samples;
}

async function sendCalls(
  { address }: SoakEnvoyProcess,
  { generator, requests }: SoakPlan,
  calls: number,
): Promise<void> {
  const plan: LoadPlan = {
    ...address,
    requests,
    pacing: { kind: 'closed', connections: CONNECTIONS },
    durationMs: LONGEST_LEG_MS,
    maxRequests: calls,
    answerTimeoutMs: 10_000,
    intervalMs: 1000,
  };
  const summary = summarise(await generator.run(plan));
  if (summary.asExpected === calls) return;
  const outcomes = [...summary.outcomes].filter(([outcome]) => outcome !== AS_EXPECTED);
  throw new Error(
    `${summary.asExpected} of ${calls} calls were answered rightly: ${JSON.stringify(outcomes)}`,
  );
}

/** That both roles do their work: what was forged is gone, what belongs there is written. */
async function checkFilter({ address }: SoakEnvoyProcess, token: string): Promise<void> {
  const headers = new Headers({
    'x-omnia-namespace': 'production',
    'x-omnia-agent-name': 'support-agent',
    authorization: `Bearer ${token}`,
  });
  for (const [name, value] of FORGED_HEADERS) headers.append(name, value);
  const answer = await fetch(`http://${address.host}:${address.port}/v1/refund`, { headers });
  const seen = [CLAIM_HEADER, INJECTED.name].map((name) => answer.headers.get(`x-seen-${name}`));
  if (answer.status !== 200 || seen[0] !== 'support' || seen[1] !== INJECTED.value)
    throw new Error(`the filter does not do its work: status ${answer.status}, headers ${seen.join(', ')}`);
}
