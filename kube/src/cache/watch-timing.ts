import type { BackoffOptions } from '../backoff.js';

/** How patient a cache is with the server. */
export interface WatchTiming {
  /** After failures. */
  readonly backoff: BackoffOptions;
  /**
   * A watch on which nothing came for so long, not even a bookmark, is cut and opened anew. Servers send one every minute
   * where their database tells them how far it is; else a kind without changes is silent.
   */
  readonly silenceMs: number;
  /** How often to ask for a kind that the server does not know. */
  readonly missingKindMs: number;
  /** When the server ends a watch: at random between this and twice as much. */
  readonly watchSeconds: number;
  /** After so many watches in a row without a word, all is listed again. */
  readonly quietWatches: number;
}

export const WATCH_TIMING: WatchTiming = {
  backoff: { firstMs: 200, maxMs: 10_000 },
  silenceMs: 75_000,
  missingKindMs: 5_000,
  watchSeconds: 300,
  quietWatches: 12,
};
