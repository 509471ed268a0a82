/** At most one timer for each key: the earliest that was asked for. */
export interface Timers {
  set(key: string, delayMs: number): void;
  delete(key: string): void;
  clear(): void;
}

/** Longer ones would end at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export function createTimers(onTime: (key: string) => void): Timers {
  const timers = new Map<string, { readonly dueMs: number; readonly timer: NodeJS.Timeout }>();
  const remove = (key: string): void => {
    clearTimeout(timers.get(key)?.timer);
    timers.delete(key);
  };
  return {
    set(key, delayMs) {
      const delay = Math.min(delayMs, MAX_DELAY_MS);
      const dueMs = performance.now() + delay;
      if ((timers.get(key)?.dueMs ?? Infinity) <= dueMs) return;
      remove(key);
      const fire = (): void => {
        timers.delete(key);
        onTime(key);
      };
      timers.set(key, { dueMs, timer: setTimeout(fire, delay) });
    },
    delete: remove,
    clear() {
      for (const key of timers.keys()) remove(key);
    },
  };
}
