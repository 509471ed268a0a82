/** What was logged, so that what lasts is not logged at each attempt. */
export interface Told {
  /** Whether to log it: another reason than the key's last one, or the same after a good while. Then it counts as logged. */
  isNew(key: string, reason: string): boolean;
}

/** How long the same reason is not worth another line. */
export const TOLD_MS = 10 * 60_000;

/** @param nowMs a clock that is never set */
export function createTold(nowMs: () => number): Told {
  const told = new Map<string, { readonly reason: string; readonly atMs: number }>();
  // The oldest come first, as each is put at the end.
  const forgetOld = (): void => {
    for (const [key, { atMs }] of told) {
      if (nowMs() - atMs < TOLD_MS) return;
      told.delete(key);
    }
  };
  return {
    isNew(key, reason) {
      forgetOld();
      if (told.get(key)?.reason === reason) return false;
      told.delete(key);
      told.set(key, { reason, atMs: nowMs() });
      return true;
    },
  };
}
