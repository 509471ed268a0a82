import { createWorkQueue, type Leadership } from '@omnia-policy/kube';
import type { Logger } from '@omnia-policy/service';
import { untilAborted } from '../until-aborted.js';
import type { OperatorMetrics } from '../metrics.js';
import type { ClusterView } from './cluster-view.js';
import { parseKey } from './key.js';

export interface RunControllersOptions {
  readonly view: ClusterView;
  readonly reconcile: (key: string) => Promise<void>;
  readonly leadership: Leadership;
  readonly metrics: OperatorMetrics;
  readonly logger: Logger;
}

const CONCURRENCY = 8;
const LOOK_AROUND_MS = 1_000;

/** Keeps everything as it should be, until the leadership ends; resolves when nothing is being written any more. */
export async function runControllers({
  view,
  reconcile,
  leadership,
  metrics,
  logger,
}: RunControllersOptions): Promise<void> {
  const { signal, isHeld } = leadership;
  const queue = createWorkQueue({
    name: 'reconcile',
    run: async (key) => {
      // A process that was stopped for a while may run again before its timers do.
      if (!isHeld()) return;
      const kind = parseKey(key)?.kind ?? '';
      try {
        await reconcile(key);
        metrics.reconciled(kind, 'done');
      } catch (error) {
        metrics.reconciled(kind, 'failed');
        throw error;
      }
    },
    concurrency: CONCURRENCY,
    logger,
    signal,
  });
  const add = (keys: Iterable<string>): void => {
    for (const key of keys) queue.add(key);
  };
  const stopListening = view.onTouched(add);
  add(view.everything());
  const look = setInterval(() => {
    view.lookAround();
  }, LOOK_AROUND_MS);
  await untilAborted(signal);
  clearInterval(look);
  stopListening();
  await queue.idle();
}
