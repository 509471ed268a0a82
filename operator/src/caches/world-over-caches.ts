import { WASM_PLUGINS } from '@omnia-policy/kube';
import type { World } from '../model/world.js';
import type { ClusterCaches } from './watch-cluster.js';

/** What is more than a cache. */
export type WorldParts = Pick<World, 'policySet' | 'pods' | 'replicas' | 'attachments'>;

/**
 * The world as the caches have it at every moment. What is derived from it may be kept for as long as it is the same
 * object: give out a new one when the Services, ToolRegistries or policies have changed.
 */
export function worldOverCaches(
  caches: ClusterCaches,
  { policySet, pods, replicas, attachments }: WorldParts,
): World {
  const { secrets, emitted, ...lookups } = caches;
  return {
    ...lookups,
    pods,
    replicas,
    secrets: secretsIn(secrets),
    policySet,
    attachments,
    get knowsIstio() {
      return emitted.every(({ kind, health }) => kind === WASM_PLUGINS || health.state !== 'missing');
    },
  };
}

/** Where the operator may not look, every secret counts as there: nothing is said that is not known. */
function secretsIn(caches: ClusterCaches['secrets']): World['secrets'] {
  return {
    get: (ref) => {
      const cache = caches.get(ref.namespace);
      return cache === undefined ? { ref } : cache.get(ref);
    },
    inNamespace: (namespace) => caches.get(namespace)?.all() ?? [],
    all: () => [...caches.values()].flatMap((cache) => cache.all()),
  };
}
