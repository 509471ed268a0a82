import type { CacheHealth, ObjectCache } from '../object-cache.js';

/** What the source looks like to whoever operates the process. */
export interface KubeSourceReport {
  /** Every kind was listed at least once, so a first set was delivered. */
  readonly complete: boolean;
  /** Why the server can't be followed or a change not be taken at the moment; what was taken before stays enforced. */
  readonly unreadable?: string;
  readonly kinds: readonly KindReport[];
}

export interface KindReport extends CacheHealth {
  readonly kind: string;
  readonly objects: number;
  /** Up to where of the server's history it has come. */
  readonly resourceVersion: string;
}

export interface ReportedSource {
  readonly caches: readonly ObjectCache<unknown>[];
  readonly current?: object;
  readonly failure?: string;
}

export function sourceReport({ caches, current, failure }: ReportedSource): KubeSourceReport {
  const kinds = caches.map(kindReport);
  const reason =
    failure ?? kinds.find((kind) => kind.failure !== undefined && kind.state !== 'missing')?.failure;
  return {
    complete: current !== undefined,
    ...(reason === undefined ? {} : { unreadable: reason }),
    kinds,
  };
}

function kindReport({ kind, size, resourceVersion, health }: ObjectCache<unknown>): KindReport {
  return { kind: kind.kind, objects: size, resourceVersion, ...health };
}
