import { errorText, ServiceError } from '@omnia-policy/service/program';
import type { Logger } from '@omnia-policy/service';
import { backoffMs, type BackoffOptions } from './backoff.js';
import { createTimers } from './timers.js';
import { createTold, type Told } from './told.js';

/** Keys that something is to be done for. */
export interface WorkQueue {
  /** Runs the key as soon as there is room; one that waits already waits once. During its run: once more after it. */
  add(key: string): void;
  /** The same, later. The earliest time counts, and a run before takes its place. */
  addAfter(key: string, delayMs: number): void;
  /** Resolves when no key waits, runs, or is to be tried again after a failure. Keys added for later don't count. */
  idle(): Promise<void>;
}

export interface WorkQueueOptions {
  /** Names the queue in the log. */
  readonly name: string;
  /** Brings the world to what it should be for the key, whatever happened before. A rejection: it is run again. */
  readonly run: (key: string) => Promise<void>;
  /** How many keys run at once. */
  readonly concurrency?: number;
  readonly backoff?: BackoffOptions;
  readonly logger: Logger;
  /** A clock that is never set. */
  readonly nowMs?: () => number;
  /** No run begins after it; those under way end by themselves, and `idle` waits for them. */
  readonly signal: AbortSignal;
}

const CONCURRENCY = 4;
const BACKOFF: BackoffOptions = { firstMs: 200, maxMs: 60_000 };

/** Runs keys, each one at a time, and those that failed again with growing distance. */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { signal, concurrency = CONCURRENCY } = options;
  const queue: Queue = {
    ...{ options, concurrency, backoff: options.backoff ?? BACKOFF },
    ...{ waiting: new Set(), running: new Set(), failures: new Map(), resolveIdle: [] },
    told: createTold(options.nowMs ?? (() => performance.now())),
    turnEndMs: undefined,
    later: createTimers((key) => {
      add(queue, key);
    }),
  };
  signal.addEventListener('abort', () => {
    queue.waiting.clear();
    queue.failures.clear();
    queue.later.clear();
    tellIdle(queue);
  });
  return {
    add: (key) => {
      add(queue, key);
    },
    addAfter: (key, delayMs) => {
      if (!signal.aborted) queue.later.set(key, delayMs);
    },
    idle: () =>
      new Promise((resolve) => {
        queue.resolveIdle.push(resolve);
        tellIdle(queue);
      }),
  };
}

interface Queue {
  readonly options: WorkQueueOptions;
  readonly concurrency: number;
  readonly backoff: BackoffOptions;
  readonly waiting: Set<string>;
  readonly running: Set<string>;
  /** How often in a row; of keys that are to be tried again. */
  readonly failures: Map<string, number>;
  readonly later: ReturnType<typeof createTimers>;
  readonly told: Told;
  /** Until when runs are begun in this turn of the event loop. */
  turnEndMs: number | undefined;
  resolveIdle: (() => void)[];
}

function add(queue: Queue, key: string): void {
  if (queue.options.signal.aborted) return;
  queue.waiting.add(key);
  startRuns(queue);
}

function startRuns(queue: Queue): void {
  for (const key of queue.waiting) {
    if (queue.running.size >= queue.concurrency) return;
    if (queue.running.has(key)) continue;
    if (!hasTime(queue)) return;
    queue.waiting.delete(key);
    queue.later.delete(key);
    queue.running.add(key);
    void runKey(queue, key);
  }
}

/** Runs that find nothing to do never wait: thousands of them in a row would keep everything else from its turn. */
const TURN_MS = 10;

/** False when the queue has had its turn of the event loop; it goes on in the next one. */
function hasTime(queue: Queue): boolean {
  if (queue.turnEndMs === undefined) {
    queue.turnEndMs = performance.now() + TURN_MS;
    setImmediate(() => {
      queue.turnEndMs = undefined;
      startRuns(queue);
    });
  }
  return performance.now() < queue.turnEndMs;
}

async function runKey(queue: Queue, key: string): Promise<void> {
  try {
    await queue.options.run(key);
    queue.failures.delete(key);
  } catch (error) {
    // A bug too: what one object makes the program stumble over must not stop the work for all others.
    afterFailure(queue, key, error);
  }
  queue.running.delete(key);
  startRuns(queue);
  tellIdle(queue);
}

function afterFailure(queue: Queue, key: string, error: unknown): void {
  const { logger, name, signal } = queue.options;
  if (signal.aborted) return;
  const failures = queue.failures.get(key) ?? 0;
  const retryMs = Math.round(backoffMs(queue.backoff, failures));
  queue.failures.set(key, failures + 1);
  queue.later.set(key, retryMs);
  const fields = { queue: name, key, failures: failures + 1, retryMs };
  if (!queue.told.isNew(key, errorText(error)))
    logger.debug({ ...fields, reason: errorText(error) }, 'work failed');
  else if (error instanceof ServiceError) logger.warn({ ...fields, reason: errorText(error) }, 'work failed');
  else logger.error({ ...fields, err: error }, 'work failed');
}

function tellIdle(queue: Queue): void {
  if (queue.waiting.size + queue.running.size + queue.failures.size > 0) return;
  const resolve = queue.resolveIdle;
  queue.resolveIdle = [];
  for (const one of resolve) one();
}
