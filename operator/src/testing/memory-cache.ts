import {
  refText,
  type CacheChange,
  type CacheHealth,
  type KubeObject,
  type ObjectCache,
  type ObjectRef,
  type ResourceKind,
} from '@omnia-policy/kube';

/** A cache that a test fills by hand. */
export interface MemoryCache<T> extends ObjectCache<T> {
  /** As if the watch had shown this object, whose version is the newest. */
  show(object: KubeObject): void;
  hide(ref: ObjectRef): void;
  health: CacheHealth;
  resourceVersion: string;
}

export function createMemoryCache<T extends { readonly ref: ObjectRef }>(
  kind: ResourceKind,
  project: (object: KubeObject) => T,
): MemoryCache<T> {
  const objects = new Map<string, T>();
  const listeners = new Set<(change: CacheChange<T>) => void>();
  const tell = (ref: ObjectRef, after: T | undefined): void => {
    const before = objects.get(refText(ref));
    if (after) objects.set(refText(ref), after);
    else objects.delete(refText(ref));
    for (const listener of listeners) {
      listener({ ref, ...(before && { before }), ...(after && { after }) });
    }
  };
  const cache: MemoryCache<T> = {
    kind,
    synced: Promise.resolve(),
    health: { state: 'synced', silentMs: 0, steadyMs: Infinity },
    resourceVersion: '0',
    get: (ref) => objects.get(refText(ref)),
    inNamespace: (namespace) => [...objects.values()].filter(({ ref }) => ref.namespace === namespace),
    all: () => [...objects.values()],
    get size() {
      return objects.size;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    show(object) {
      const projected = project(object);
      cache.resourceVersion = object.metadata.resourceVersion ?? cache.resourceVersion;
      tell(projected.ref, projected);
    },
    hide: (ref) => {
      tell(ref, undefined);
    },
  };
  return cache;
}
