/** Runs something soon after it was asked for; what is asked for close together is one run. */
export interface Coalesced {
  readonly ask: () => void;
  /** Asked for and not yet run. */
  readonly isPending: boolean;
  readonly stop: () => void;
}

/** The changes of one `kubectl apply` come closer together than this. */
const QUIET_MS = 10;
const MOST_MS = 50;
/** Pauses between runs are so many times as long as a run, so that changes that never cease leave time for other work. */
const PAUSE = 2;

export function createCoalesced(run: () => void): Coalesced {
  let timer: NodeJS.Timeout | undefined;
  let firstMs = 0;
  let notBeforeMs = 0;
  const fire = (): void => {
    timer = undefined;
    const startMs = performance.now();
    run();
    const endMs = performance.now();
    notBeforeMs = endMs + PAUSE * (endMs - startMs);
  };
  return {
    ask() {
      const nowMs = performance.now();
      if (timer === undefined) firstMs = nowMs;
      clearTimeout(timer);
      const dueMs = Math.max(notBeforeMs, Math.min(nowMs + QUIET_MS, firstMs + MOST_MS));
      timer = setTimeout(fire, Math.max(0, dueMs - nowMs));
    },
    get isPending() {
      return timer !== undefined;
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
