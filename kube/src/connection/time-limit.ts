import { createLinkedAbort } from '../linked-abort.js';

export interface TimeLimit {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Runs with a signal that ends with the given one or when the time is over. */
export async function withTimeLimit<T>(
  { timeoutMs, signal }: TimeLimit,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const link = createLinkedAbort(signal);
  const timer = setTimeout(() => {
    link.abort(new Error(`no answer within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    return await run(link.signal);
  } finally {
    clearTimeout(timer);
    link.unlink();
  }
}
