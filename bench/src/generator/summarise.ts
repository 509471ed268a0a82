import { createLatencyHistogram, type LatencyHistogram } from '../measure/latency-histogram.js';
import { AS_EXPECTED } from './outcome.js';
import type { IntervalTally } from './tally.js';

/** A whole run, or some intervals of it, as one. */
export interface RunSummary {
  readonly outcomes: ReadonlyMap<string, number>;
  readonly requests: number;
  readonly asExpected: number;
  readonly seconds: number;
  readonly latencies: LatencyHistogram;
  readonly lateness: LatencyHistogram;
}

export function summarise(intervals: readonly IntervalTally[]): RunSummary {
  const outcomes = new Map<string, number>();
  const latencies = createLatencyHistogram();
  const lateness = createLatencyHistogram();
  let milliseconds = 0;
  for (const interval of intervals) {
    for (const [outcome, count] of interval.outcomes)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
    latencies.add(interval.latencies);
    lateness.add(interval.lateness);
    milliseconds += interval.toMs - interval.fromMs;
  }
  return {
    outcomes,
    requests: [...outcomes.values()].reduce((sum, count) => sum + count, 0),
    asExpected: outcomes.get(AS_EXPECTED) ?? 0,
    seconds: milliseconds / 1000,
    latencies,
    lateness,
  };
}
