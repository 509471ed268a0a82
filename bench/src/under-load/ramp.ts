import type { Generator } from '../generator/start-generator.js';
import { summarise, type RunSummary } from '../generator/summarise.js';
import type { SystemUnderLoad } from './system-under-load.js';

export interface RampStep {
  readonly connections: number;
  readonly summary: RunSummary;
}

export interface RampOptions {
  readonly connections: readonly number[];
  readonly stepMs: number;
  readonly report: (line: string) => void;
}

const MAX_REQUESTS_PER_STEP = 500_000;

/** More and more connections that each send their next call when the last one is answered. */
export async function runRamp(
  system: SystemUnderLoad,
  generator: Generator,
  { connections, stepMs, report }: RampOptions,
): Promise<readonly RampStep[]> {
  const steps: RampStep[] = [];
  for (const count of connections) {
    report(`ramp: ${count} connection(s)`);
    const intervals = await generator.run({
      ...system.address,
      requests: system.requests,
      pacing: { kind: 'closed', connections: count },
      durationMs: stepMs,
      maxRequests: MAX_REQUESTS_PER_STEP,
      answerTimeoutMs: 10_000,
      intervalMs: stepMs,
    });
    steps.push({ connections: count, summary: summarise(intervals) });
  }
  return steps;
}

/** Right answers per second. */
export function throughput({ asExpected, seconds }: RunSummary): number {
  return seconds === 0 ? 0 : asExpected / seconds;
}

/** The most that any step of the ramp carried. */
export function saturation(steps: readonly RampStep[]): number {
  return Math.max(0, ...steps.map(({ summary }) => throughput(summary)));
}
