import type { CacheChange, ObjectCache } from '@omnia-policy/kube';
import type { Pod } from '../model/objects.js';
import type { PodLookup } from '../model/world.js';

type ByName = Map<string, Pod>;

const NONE: ReadonlyMap<string, Pod> = new Map();

/**
 * Pods, with an index for each label name that something is selected by: looking at the pods of one agent must not mean to
 * look at those of all.
 */
export function createPodLookup(cache: ObjectCache<Pod>): PodLookup {
  /** By namespace and name of the label, then by its value. */
  const indexes = new Map<string, Map<string, ByName>>();
  cache.onChange((change) => {
    follow(indexes, change);
  });
  return {
    get: (ref) => cache.get(ref),
    inNamespace: (namespace) => cache.inNamespace(namespace),
    all: () => cache.all(),
    withLabel(namespace, name, value) {
      const key = indexKey(namespace, name);
      let index = indexes.get(key);
      if (index === undefined) {
        index = new Map();
        for (const pod of cache.inNamespace(namespace)) put(index, pod, pod.labels[name]);
        indexes.set(key, index);
      }
      return index.get(value) ?? NONE;
    },
  };
}

function follow(
  indexes: ReadonlyMap<string, Map<string, ByName>>,
  { ref, before, after }: CacheChange<Pod>,
): void {
  for (const [name, value] of Object.entries(before?.labels ?? {})) {
    const index = indexes.get(indexKey(ref.namespace, name));
    const pods = index?.get(value);
    pods?.delete(ref.name);
    if (pods?.size === 0) index?.delete(value);
  }
  for (const [name, value] of Object.entries(after?.labels ?? {})) {
    const index = indexes.get(indexKey(ref.namespace, name));
    if (index && after) put(index, after, value);
  }
}

function put(index: Map<string, ByName>, pod: Pod, value: string | undefined): void {
  if (value === undefined) return;
  const pods = index.get(value);
  if (pods) pods.set(pod.ref.name, pod);
  else index.set(value, new Map([[pod.ref.name, pod]]));
}

function indexKey(namespace: string, label: string): string {
  return `${namespace} ${label}`;
}
