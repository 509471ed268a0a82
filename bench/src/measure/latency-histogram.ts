/** Buckets per doubling of the value: a value is known to within 1/128 of itself. */
const BUCKETS_PER_DOUBLING = 128;
const EXACT_BELOW = BUCKETS_PER_DOUBLING * 2;
const MAX_VALUE = 2 ** 31 - 1;

/** Counts of latencies in whole microseconds, in buckets that widen with the value. Small, and exact to within 1 %. */
export interface LatencyHistogram {
  /** Negative values count as 0, values over 35 minutes as 35 minutes. */
  record(micros: number): void;
  /** Adds what another histogram counted. */
  add(buckets: readonly Bucket[]): void;
  count(): number;
  /** The smallest value that at least `percent` of the recorded ones do not exceed; undefined without any. */
  percentile(percent: number): number | undefined;
  /** What was counted, in a form that can be sent to another process. */
  buckets(): Bucket[];
}

export type Bucket = readonly [index: number, count: number];

export function createLatencyHistogram(): LatencyHistogram {
  const counts = new Map<number, number>();
  let total = 0;
  const count = (index: number, times: number): void => {
    counts.set(index, (counts.get(index) ?? 0) + times);
    total += times;
  };
  const sorted = (): Bucket[] => [...counts].sort(([left], [right]) => left - right);
  return {
    record(micros) {
      count(bucketOf(micros), 1);
    },
    add(buckets) {
      for (const [index, times] of buckets) count(index, times);
    },
    count: () => total,
    percentile(percent) {
      const wanted = Math.max(1, Math.ceil((percent / 100) * total));
      let seen = 0;
      for (const [index, times] of sorted()) {
        seen += times;
        if (seen >= wanted) return upperEnd(index);
      }
      return undefined;
    },
    buckets: sorted,
  };
}

function bucketOf(micros: number): number {
  const value = Math.round(Math.min(Math.max(micros, 0), MAX_VALUE));
  if (value < EXACT_BELOW) return value;
  const shift = Math.floor(Math.log2(value / BUCKETS_PER_DOUBLING));
  return shift * BUCKETS_PER_DOUBLING + Math.floor(value / 2 ** shift);
}

/** The largest value that falls into the bucket. */
function upperEnd(index: number): number {
  if (index < EXACT_BELOW) return index;
  const shift = Math.floor(index / BUCKETS_PER_DOUBLING) - 1;
  const first = (index - shift * BUCKETS_PER_DOUBLING) * 2 ** shift;
  return first + 2 ** shift - 1;
}
