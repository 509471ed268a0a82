import { createApiSession } from './client/api-session.js';
import { deleteObject } from './client/delete-object.js';
import { getObject } from './client/get-object.js';
import { listPages } from './client/list-pages.js';
import { watchOnce } from './client/watch-once.js';
import { writeObject } from './client/write-object.js';
import { createApiAccess } from './connection/api-access.js';
import type { KubeConfigOptions } from './connection/load-kube-config.js';
import { FIELD_MANAGER, type KubeClient } from './kube-client.js';
import type { KubeMetrics } from './kube-metrics.js';
import { createRequestCounter, type RequestCount } from './request-counts.js';

export interface KubeClientOptions extends KubeConfigOptions {
  /** Whose fields an apply owns. Default: {@link FIELD_MANAGER}. */
  readonly fieldManager?: string;
  /** Of a call that does not say its own. */
  readonly timeoutMs?: number;
  readonly metrics?: KubeMetrics;
}

export interface ConnectedKubeClient extends KubeClient {
  /** What was sent since the start. */
  readonly requestCounts: () => readonly RequestCount[];
  /** Lets go of the connections; calls that are under way fail. */
  readonly close: () => void;
}

const TIMEOUT_MS = 30_000;

/**
 * A client of the API server that a kubeconfig file, KUBECONFIG or the pod's ServiceAccount names. Does not connect yet.
 * @throws ServiceError `missing-setting` | `file-unreadable`
 */
export async function createKubeClient({
  fieldManager = FIELD_MANAGER,
  timeoutMs = TIMEOUT_MS,
  metrics,
  ...config
}: KubeClientOptions = {}): Promise<ConnectedKubeClient> {
  const access = await createApiAccess(config);
  const counter = createRequestCounter(metrics);
  const session = createApiSession({ access, fieldManager, counter, timeoutMs });
  return {
    get: (kind, ref, options) => getObject(session, { kind, ref, options }),
    list: (kind, scope, onPage) => listPages(session, { kind, scope, onPage }),
    watch: (kind, scope, onEvent) => watchOnce(session, { kind, scope, onEvent }),
    apply: (kind, object, options) => writeObject(session, { verb: 'apply', kind, object, options }),
    create: (kind, object, options) => writeObject(session, { verb: 'create', kind, object, options }),
    replace: (kind, object, options) => writeObject(session, { verb: 'replace', kind, object, options }),
    delete: (kind, ref, uid) => deleteObject(session, { kind, ref, uid }),
    requestCounts: counter.all,
    close: access.close,
  };
}
