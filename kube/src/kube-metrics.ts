import type { Metrics } from '@omnia-policy/service';

/** Why a watch was opened anew. */
export type WatchEnd = 'ended' | 'silent' | 'expired' | 'failed';

/** What a process does with the API server, for its metrics. One for all clients and caches of the process. */
export interface KubeMetrics {
  request(verb: string, kind: string): void;
  watchEnded(kind: string, why: WatchEnd): void;
  listed(kind: string): void;
}

export function createKubeMetrics(metrics: Metrics): KubeMetrics {
  const requests = metrics.counter({
    name: 'omnia_kube_requests_total',
    help: 'Requests to the API server, by verb and kind; a list counts for each of its pages',
    labels: ['verb', 'kind'],
  });
  const watchEnds = metrics.counter({
    name: 'omnia_kube_watch_ends_total',
    help: 'Watches that ended: by the server in time, cut since they were silent, expired, or failed',
    labels: ['kind', 'why'],
  });
  const lists = metrics.counter({
    name: 'omnia_kube_cache_lists_total',
    help: 'Complete lists that a cache took: the first one, and one each time that a watch could not go on',
    labels: ['kind'],
  });
  return {
    request: (verb, kind) => {
      requests(verb, kind).increase();
    },
    watchEnded: (kind, why) => {
      watchEnds(kind, why).increase();
    },
    listed: (kind) => {
      lists(kind).increase();
    },
  };
}
