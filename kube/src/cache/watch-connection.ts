import type { KubeClient, WatchEvent, WatchScope } from '../kube-client.js';
import { createLinkedAbort } from '../linked-abort.js';
import type { ResourceKind } from '../resource-kind.js';

interface WatchConnection {
  readonly kind: ResourceKind;
  readonly scope: WatchScope;
  readonly silenceMs: number;
  readonly onEvent: (event: WatchEvent) => void;
}

/**
 * One watch, cut when nothing comes for too long: connections die without a word when a gateway between forgets them.
 * @returns how it ended, and whether anything had come
 */
export async function watchConnection(
  client: KubeClient,
  { kind, scope, silenceMs, onEvent }: WatchConnection,
): Promise<{ readonly isSilent: boolean; readonly hasSpoken: boolean }> {
  const link = createLinkedAbort(scope.signal);
  let isSilent = false;
  let hasSpoken = false;
  const timer = setTimeout(() => {
    isSilent = true;
    link.abort(new Error(`silent for ${silenceMs} ms`));
  }, silenceMs);
  try {
    await client.watch(kind, { ...scope, signal: link.signal }, (event) => {
      timer.refresh();
      hasSpoken = true;
      onEvent(event);
    });
  } finally {
    clearTimeout(timer);
    link.unlink();
  }
  return { isSilent, hasSpoken };
}
