import type { KubeMetrics } from './kube-metrics.js';

export type RequestVerb = 'get' | 'list' | 'watch' | 'apply' | 'create' | 'replace' | 'delete';

/** How many requests of one sort were sent. A list counts for each of its pages. */
export interface RequestCount {
  readonly verb: RequestVerb;
  readonly kind: string;
  readonly count: number;
}

export interface RequestCounter {
  add(verb: RequestVerb, kind: string): void;
  readonly all: () => readonly RequestCount[];
}

export function createRequestCounter(metrics: KubeMetrics | undefined): RequestCounter {
  const counts = new Map<string, { readonly verb: RequestVerb; readonly kind: string; count: number }>();
  return {
    add(verb, kind) {
      const key = `${verb} ${kind}`;
      const one = counts.get(key) ?? { verb, kind, count: 0 };
      one.count += 1;
      counts.set(key, one);
      metrics?.request(verb, kind);
    },
    all: () => [...counts.values()].map((one) => ({ ...one })),
  };
}
