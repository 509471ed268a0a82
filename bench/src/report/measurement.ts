/** What one variant cost in one slice of time. */
export interface Measurement {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly envoyMicros: number;
  /** CPU of the authorisation service; undefined where none is asked. */
  readonly serviceMicros: number | undefined;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

/** Measurements of every variant, one per slice: what has the same index was measured within seconds. */
export type Slices = ReadonlyMap<string, readonly Measurement[]>;
