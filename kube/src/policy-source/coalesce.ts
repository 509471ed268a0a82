/** Runs something soon after it was asked for; what is asked for close together is one run. */
export interface Coalesced {
  readonly ask: () => void;
  /** Asked for and not yet run. */
  readonly isPending: boolean;
  readonly stop: () => void;
}

/** One `kubectl apply` of a few objects gives its changes within this distance. */
const QUIET_MS = 10;
const MOST_MS = 50;
/** When changes never cease, this much of the time is left for other work. */
const SHARE = 4;

export function createCoalesced(run: () => void): Coalesced {
  let timer: NodeJS.Timeout | undefined;
  let firstMs = 0;
  let tookMs = 0;
  const fire = (): void => {
    timer = undefined;
    const startMs = performance.now();
    run();
    tookMs = performance.now() - startMs;
  };
  return {
    ask() {
      const nowMs = performance.now();
      if (timer === undefined) firstMs = nowMs;
      clearTimeout(timer);
      const leftMs = firstMs + Math.max(MOST_MS, tookMs * SHARE) - nowMs;
      const quietMs = Math.max(QUIET_MS, tookMs);
      timer = setTimeout(fire, Math.max(0, Math.min(quietMs, leftMs)));
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
