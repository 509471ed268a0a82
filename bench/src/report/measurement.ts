/** What one variant cost in one round. */
export interface Measurement {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly envoyMicros: number;
  /** CPU of the authorisation service; undefined where none is asked. */
  readonly serviceMicros: number | undefined;
  readonly p50Micros: number;
  readonly p99Micros: number;
}

/** Measurements of every variant, one per round, in the order of the rounds. */
export type Rounds = ReadonlyMap<string, readonly Measurement[]>;
