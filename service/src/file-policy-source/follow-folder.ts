import { setTimeout as delay } from 'node:timers/promises';
import { createFolderWatch } from './folder-watch.js';
import type { PolicyFiles } from './policy-files.js';

export interface FollowOptions {
  /** Whose folders are watched from the start. */
  readonly first: PolicyFiles;
  readonly signal: AbortSignal;
  /** Undefined: the folder can't be read at the moment. */
  readonly look: () => Promise<PolicyFiles | undefined>;
  /** Takes what was seen; tells whether some change is not at rest yet. */
  readonly take: (seen: PolicyFiles, nowMs: number) => Promise<boolean>;
  /** What `look` or `take` threw; the next look comes all the same. */
  readonly onFailure: (error: unknown) => void;
}

/** How much of one core looks take at most, and the bounds between which the pauses are. */
interface Pace {
  readonly shareOfTime: number;
  readonly atLeastMs: number;
  readonly atMostMs: number;
}

/** After an event, and while a change is not at rest. */
const soon: Pace = { shareOfTime: 0.25, atLeastMs: 40, atMostMs: 200 };
/** Where no event came: not every file system tells. */
const idle: Pace = { shareOfTime: 0.01, atLeastMs: 500, atMostMs: 5000 };

/** Looks at the folder after every event and at intervals, until aborted. Rejects only if `onFailure` throws. */
export async function followFolder({ first, signal, look, take, onFailure }: FollowOptions): Promise<void> {
  let wake = new AbortController();
  const wakeUp = (): void => {
    wake.abort();
  };
  const watch = createFolderWatch(wakeUp);
  watch.watchExactly(first.folders);
  signal.addEventListener('abort', wakeUp);
  let isWaiting = true;
  let lookMs = 0;
  const lookAndTake = async (): Promise<boolean> => {
    const startedMs = performance.now();
    const seen = await look();
    lookMs = performance.now() - startedMs;
    if (seen === undefined) return false;
    watch.watchExactly(seen.folders);
    return take(seen, startedMs);
  };
  try {
    while (!signal.aborted) {
      const restMs = pauseMs(lookMs, soon);
      await pause(restMs, signal);
      if (!isWaiting) await pause(pauseMs(lookMs, idle) - restMs, wake.signal);
      wake = new AbortController();
      isWaiting = await lookAndTake().catch((error: unknown) => {
        onFailure(error);
        return false;
      });
    }
  } finally {
    watch.close();
  }
}

function pauseMs(lookMs: number, { shareOfTime, atLeastMs, atMostMs }: Pace): number {
  return Math.min(Math.max(lookMs / shareOfTime - lookMs, atLeastMs), atMostMs);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    // woken: an event, or the end
  }
}
