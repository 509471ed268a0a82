import { setMaxListeners } from 'node:events';

/** A controller that ends with another signal too. `unlink` lets go of that one, which may live much longer. */
export interface LinkedAbort {
  readonly signal: AbortSignal;
  abort(reason: Error): void;
  unlink(): void;
}

export function createLinkedAbort(outer: AbortSignal | undefined): LinkedAbort {
  const controller = new AbortController();
  const onOuter = (): void => {
    controller.abort(outer?.reason);
  };
  // All watches of a process share one signal; each lets go of it, so many listeners are no leak.
  if (outer !== undefined) setMaxListeners(0, outer);
  if (outer?.aborted) onOuter();
  outer?.addEventListener('abort', onOuter);
  return {
    signal: controller.signal,
    abort: (reason) => {
      controller.abort(reason);
    },
    unlink: () => {
      outer?.removeEventListener('abort', onOuter);
    },
  };
}
