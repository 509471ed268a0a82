import { createLatencyHistogram, type Bucket } from '../measure/latency-histogram.js';
import { AS_EXPECTED } from './outcome.js';

/** What happened in one interval of a run; answers count where they arrived. */
export interface IntervalTally {
  /** From the start of the run. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly outcomes: readonly (readonly [outcome: string, count: number])[];
  /** Microseconds, of the requests answered as expected. */
  readonly latencies: readonly Bucket[];
  /** Microseconds by which the generator itself sent too late; open loop only. */
  readonly lateness: readonly Bucket[];
}

export interface Tally {
  record(outcome: string, latencyMicros: number): void;
  recordLateness(micros: number): void;
  /** What was counted since the last call. */
  take(nowMs: number): IntervalTally;
}

export function createTally(): Tally {
  let outcomes = new Map<string, number>();
  let latencies = createLatencyHistogram();
  let lateness = createLatencyHistogram();
  let fromMs = 0;
  return {
    record(outcome, latencyMicros) {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (outcome === AS_EXPECTED) latencies.record(latencyMicros);
    },
    recordLateness(micros) {
      lateness.record(micros);
    },
    take(nowMs) {
      const tally = {
        fromMs,
        toMs: nowMs,
        outcomes: [...outcomes],
        latencies: latencies.buckets(),
        lateness: lateness.buckets(),
      };
      fromMs = nowMs;
      outcomes = new Map();
      latencies = createLatencyHistogram();
      lateness = createLatencyHistogram();
      return tally;
    },
  };
}
