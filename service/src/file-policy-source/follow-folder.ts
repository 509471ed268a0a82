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

/** Looks at the folder after every event and at intervals, until aborted. */
export async function followFolder({ first, signal, look, take }: FollowOptions): Promise<void> {
  let wake = new AbortController();
  const wakeUp = (): void => {
    wake.abort();
  };
  const watch = createFolderWatch(wakeUp);
  watch.watchExactly(first.folders);
  signal.addEventListener('abort', wakeUp);
  let isWaiting = true;
  let lookMs = 0;
  while (!signal.aborted) {
    const restMs = pauseMs(lookMs, soon);
    await pause(restMs, signal);
    if (!isWaiting) await pause(pauseMs(lookMs, idle) - restMs, wake.signal);
    wake = new AbortController();
    const startedMs = performance.now();
    const seen = await look();
    lookMs = performance.now() - startedMs;
    isWaiting = false;
    if (seen === undefined) continue;
    watch.watchExactly(seen.folders);
    isWaiting = await take(seen, startedMs);
  }
  watch.close();
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
