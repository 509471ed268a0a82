import type { EnvoyBinary } from '@omnia-policy/cli';
import { allowedCalls, deniedCalls, toolRequest } from '../chain/bench-call.js';
import { startChain, type Chain } from '../chain/start-chain.js';
import type { Variant } from '../chain/variant.js';
import type { LoadPlan } from '../generator/load-plan.js';
import type { Generator } from '../generator/start-generator.js';
import { summarise, type RunSummary } from '../generator/summarise.js';
import { readProcessUsage } from '../measure/process-usage.js';
import { warmUpMsOf, type BenchTiming } from './bench-timing.js';
import type { Measurement } from './measurement.js';

export interface BenchSettings {
  readonly envoy: EnvoyBinary;
  readonly generator: Generator;
  readonly token: string;
  readonly timing: BenchTiming;
}

/** A variant whose processes run and are warm. */
export interface WarmVariant {
  readonly variant: Variant;
  readonly chain: Chain;
}

const MAX_REQUESTS = 1_000_000;

/**
 * Starts the variant's processes, checks what they answer, and warms them up.
 *
 * @throws Error when an answer is not what it should be: a bench of a broken chain means nothing
 */
export async function warmUp(variant: Variant, settings: BenchSettings): Promise<WarmVariant> {
  const chain = await startChain(variant, settings.envoy);
  try {
    await checkAnswers(chain, variant, settings);
    const { token, timing } = settings;
    const requests = allowedCalls(token, variant.bodyBytes);
    const [durationMs, maxRequests] = [warmUpMsOf(variant, timing), timing.warmUpCalls];
    await runLoad(chain, settings, { requests, durationMs, maxRequests });
    return { variant, chain };
  } catch (error) {
    await chain.stop();
    throw error;
  }
}

/** Loads a warm variant for a short while. @throws Error as {@link warmUp} does */
export async function measureSlice(
  { variant, chain }: WarmVariant,
  settings: BenchSettings,
): Promise<Measurement> {
  const requests = allowedCalls(settings.token, variant.bodyBytes);
  const before = usage(chain);
  const run = await runLoad(chain, settings, { requests, durationMs: settings.timing.sliceMs });
  const after = usage(chain);
  const perRequest = (micros: number): number => micros / run.requests;
  return {
    requests: run.requests,
    requestsPerSecond: run.requests / run.seconds,
    envoyMicros: perRequest(after.envoy - before.envoy),
    serviceMicros: chain.servicePid === undefined ? undefined : perRequest(after.service - before.service),
    p50Micros: run.latencies.percentile(50) ?? Number.NaN,
    p99Micros: run.latencies.percentile(99) ?? Number.NaN,
  };
}

/** That the parts of the variant are really in the chain: what one of them must refuse is refused. */
async function checkAnswers(chain: Chain, variant: Variant, settings: BenchSettings): Promise<void> {
  const { token } = settings;
  const requests = [...allowedCalls(token, variant.bodyBytes)];
  if (variant.jwt) {
    const unsigned = token.slice(0, token.lastIndexOf('.') + 1);
    const call = { tool: 'process_refund', path: '/v1/refund', body: '{}' };
    requests.push(toolRequest({ ...call, token: unsigned, expectedStatus: 401 }));
  }
  if (variant.service?.kind === 'ours') requests.push(...deniedCalls(token, variant.bodyBytes));
  const run = { requests, durationMs: 5000, maxRequests: requests.length };
  await runLoad(chain, { ...settings, timing: { ...settings.timing, connections: 1 } }, run);
}

async function runLoad(
  chain: Chain,
  { generator, timing: { connections } }: BenchSettings,
  run: Pick<LoadPlan, 'requests' | 'durationMs'> & { readonly maxRequests?: number },
): Promise<RunSummary> {
  const pacing = { kind: 'closed', connections } as const;
  const limits = { maxRequests: MAX_REQUESTS, answerTimeoutMs: 10_000, intervalMs: 1000 };
  const summary = summarise(await generator.run({ ...chain.address, ...limits, ...run, pacing }));
  if (summary.requests === 0 || summary.asExpected !== summary.requests) {
    throw new Error(`wrong answers: ${JSON.stringify([...summary.outcomes])}`);
  }
  return summary;
}

function usage({ envoyPid, servicePid }: Chain): { readonly envoy: number; readonly service: number } {
  const micros = (pid: number): number => {
    const found = readProcessUsage(pid);
    if (!found) throw new Error(`process ${pid} is gone`);
    return found.cpuMicros;
  };
  return { envoy: micros(envoyPid), service: servicePid === undefined ? 0 : micros(servicePid) };
}
