import type { WatchEvent, WatchScope } from '../kube-client.js';
import type { ResourceKind } from '../resource-kind.js';
import type { ApiSession } from './api-session.js';
import { readWatch } from './read-watch.js';
import { collectionPath, withQuery } from './resource-path.js';

const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

interface Watch {
  readonly kind: ResourceKind;
  readonly scope: WatchScope;
  readonly onEvent: (event: WatchEvent) => void;
}

/** Resolves when the server ends the watch or `signal` does; cutting the signal closes the connection. */
export async function watchOnce(session: ApiSession, { kind, scope, onEvent }: Watch): Promise<void> {
  const { namespace = '', labelSelector, fieldSelector, metadataOnly = false } = scope;
  const { resourceVersion, timeoutSeconds, signal } = scope;
  const path = withQuery(collectionPath(kind, namespace), {
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion,
    timeoutSeconds,
    labelSelector,
    fieldSelector,
  });
  const accept = metadataOnly ? { accept: METADATA_ONLY } : {};
  try {
    const response = await session.open({ verb: 'watch', kind, method: 'GET', path, ...accept }, signal);
    scope.onOpen?.();
    await readWatch(kind, response, onEvent);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
