import type { ObjectCache, ObjectRef } from '@omnia-policy/kube';
import type { Lookup, World } from '../model/world.js';
import type { ClusterCaches } from './watch-cluster.js';

/**
 * The world as the caches have it at every moment. What is derived from it may be kept for as long as it is the same
 * object: give out a new one when the Services, ToolRegistries or policies have changed.
 */
export function worldOverCaches(
  caches: ClusterCaches,
  { policySet, replicas }: Pick<World, 'policySet' | 'replicas'>,
): World {
  const { secrets, emitted, ...lookups } = caches;
  return {
    ...lookups,
    replicas,
    secrets: joined(secrets),
    policySet,
    get knowsIstio() {
      return emitted.every(({ health }) => health.state !== 'missing');
    },
  };
}

/** One namespace each. */
function joined<T extends { readonly ref: ObjectRef }>(caches: readonly ObjectCache<T>[]): Lookup<T> {
  const all = (): T[] => caches.flatMap((cache) => cache.all());
  return {
    get: (ref) => caches.map((cache) => cache.get(ref)).find((found) => found !== undefined),
    inNamespace: (namespace) => all().filter(({ ref }) => ref.namespace === namespace),
    all,
  };
}
