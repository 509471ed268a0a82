/** How long to wait after failures: twice as long after each, up to a most, spread at random so that many don't meet. */
export interface Backoff {
  nextMs(): number;
  /** After a success. */
  reset(): void;
}

export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
}

export function createBackoff({ firstMs, maxMs }: BackoffOptions): Backoff {
  let failures = 0;
  return {
    nextMs() {
      const ms = backoffMs({ firstMs, maxMs }, failures);
      failures += 1;
      return ms;
    },
    reset() {
      failures = 0;
    },
  };
}

/** @param failures before this one @returns between half of the bound and all of it */
export function backoffMs({ firstMs, maxMs }: BackoffOptions, failures: number): number {
  const bound = Math.min(maxMs, firstMs * 2 ** failures);
  return bound * (1 - Math.random() / 2);
}
