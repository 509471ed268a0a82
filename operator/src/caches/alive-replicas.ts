import { refText, type ObjectCache } from '@omnia-policy/kube';
import type { ReplicaReport } from '../model/objects.js';
import type { Lookup } from '../model/world.js';

/** The replicas of ext-authz that still renew their Leases. */
export interface AliveReplicas extends Lookup<ReplicaReport> {
  /** Which they are; another text when one came or went. */
  names(): string;
}

/**
 * How old a report is, is counted from when it was seen here: the clocks of two machines need not agree. A replica that
 * was dead before the operator started is believed for the length of one Lease. While the API server is away, nobody can
 * renew anything: all are believed, and for the length of one Lease after that.
 */
export function createAliveReplicas(cache: ObjectCache<ReplicaReport>, nowMs: () => number): AliveReplicas {
  const seenMs = new Map<string, number>();
  for (const { ref } of cache.all()) seenMs.set(refText(ref), nowMs());
  cache.onChange(({ ref, before, after }) => {
    if (after === undefined) seenMs.delete(refText(ref));
    else if (before?.renewedAt !== after.renewedAt) seenMs.set(refText(ref), nowMs());
  });
  const isAlive = ({ ref, leaseSeconds }: ReplicaReport): boolean => {
    const silentMs = nowMs() - (seenMs.get(refText(ref)) ?? 0);
    return Math.min(silentMs, cache.health.steadyMs) <= leaseSeconds * 1000;
  };
  const all = (): ReplicaReport[] => cache.all().filter(isAlive);
  return {
    get: (ref) => [cache.get(ref)].find((report) => report !== undefined && isAlive(report)),
    inNamespace: (namespace) => cache.inNamespace(namespace).filter(isAlive),
    all,
    names: () =>
      all()
        .map(({ ref }) => refText(ref))
        .sort()
        .join(' '),
  };
}
