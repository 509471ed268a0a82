import type { BackoffOptions } from '../backoff.js';

/** How patient a cache is with the server. */
export interface WatchTiming {
  /** After failures. */
  readonly backoff: BackoffOptions;
  /** A watch on which nothing came for so long, not even a bookmark, is cut. Servers send one every minute. */
  readonly silenceMs: number;
  /** How often to ask for a kind that the server does not know. */
  readonly missingKindMs: number;
  /** When the server ends a watch: at random between this and twice as much. */
  readonly watchSeconds: number;
}

export const WATCH_TIMING: WatchTiming = {
  backoff: { firstMs: 200, maxMs: 10_000 },
  silenceMs: 100_000,
  missingKindMs: 5_000,
  watchSeconds: 300,
};
