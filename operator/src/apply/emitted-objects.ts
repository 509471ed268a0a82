import {
  AUTHORIZATION_POLICIES,
  ENVOY_FILTERS,
  refText,
  REQUEST_AUTHENTICATIONS,
  WASM_PLUGINS,
  type ObjectCache,
  type ObjectRef,
  type ResourceKind,
} from '@omnia-policy/kube';
import type { EmittedObject } from '../model/objects.js';

/** Every kind that the operator may make objects of; uninstalling removes these. All are watched: what is no longer wanted is pruned. */
export const EMITTED_KINDS: readonly ResourceKind[] = [
  AUTHORIZATION_POLICIES,
  REQUEST_AUTHENTICATIONS,
  ENVOY_FILTERS,
  WASM_PLUGINS,
];

/** All objects that the operator made, as the watches of their label show them. */
export interface EmittedObjects {
  get(kind: ResourceKind, ref: ObjectRef): EmittedObject | undefined;
  ofOwner(owner: string): readonly EmittedOfKind[];
  owners(): Iterable<string>;
  /** False when the API server does not know the kind (now). */
  isKnown(kind: ResourceKind): boolean;
  /** Whether the watch has come to this version of the server's history. */
  hasSeen(kind: ResourceKind, resourceVersion: string): boolean;
}

export interface EmittedOfKind {
  readonly kind: ResourceKind;
  readonly object: EmittedObject;
}

/** Keeps an index by owner over the caches, one for each kind. */
export function createEmittedObjects(caches: readonly ObjectCache<EmittedObject>[]): EmittedObjects {
  const byOwner = new Map<string, Map<string, EmittedOfKind>>();
  for (const cache of caches) {
    for (const object of cache.all()) add(byOwner, { kind: cache.kind, object });
    cache.onChange(({ before, after }) => {
      if (before) remove(byOwner, { kind: cache.kind, object: before });
      if (after) add(byOwner, { kind: cache.kind, object: after });
    });
  }
  const cacheOf = (kind: ResourceKind): ObjectCache<EmittedObject> => {
    const cache = caches.find((candidate) => candidate.kind.kind === kind.kind);
    if (cache === undefined) throw new Error(`${kind.kind} is not among the kinds that the operator makes`);
    return cache;
  };
  return {
    get: (kind, ref) => cacheOf(kind).get(ref),
    ofOwner: (owner) => [...(byOwner.get(owner)?.values() ?? [])],
    owners: () => byOwner.keys(),
    isKnown: (kind) => cacheOf(kind).health.state !== 'missing',
    hasSeen: (kind, resourceVersion) => isAtLeast(cacheOf(kind).resourceVersion, resourceVersion),
  };
}

/** Name of one object among all kinds. */
export function objectKey({ kind }: ResourceKind, ref: ObjectRef): string {
  return `${kind} ${refText(ref)}`;
}

function add(byOwner: Map<string, Map<string, EmittedOfKind>>, one: EmittedOfKind): void {
  const { owner, ref } = one.object;
  const objects = byOwner.get(owner) ?? new Map<string, EmittedOfKind>();
  objects.set(objectKey(one.kind, ref), one);
  byOwner.set(owner, objects);
}

function remove(byOwner: Map<string, Map<string, EmittedOfKind>>, { kind, object }: EmittedOfKind): void {
  const objects = byOwner.get(object.owner);
  objects?.delete(objectKey(kind, object.ref));
  if (objects?.size === 0) byOwner.delete(object.owner);
}

/** Versions of one server are decimal numbers that grow. */
function isAtLeast(version: string, other: string): boolean {
  return version.length === other.length ? version >= other : version.length > other.length;
}
