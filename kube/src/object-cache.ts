import type { ObjectRef } from './kube-object.js';
import type { ResourceKind } from './resource-kind.js';

/**
 * All objects of a kind that a watch follows, projected to what is needed of them. What is here may be a little old, but
 * never half of a list: before the first complete one, `synced` is pending and the cache empty.
 */
export interface ObjectCache<T> {
  readonly kind: ResourceKind;
  get(ref: ObjectRef): T | undefined;
  inNamespace(namespace: string): readonly T[];
  all(): readonly T[];
  readonly size: number;
  /** Resolves after the first complete list; for a kind that may be missing, also when the server does not know it. */
  readonly synced: Promise<void>;
  /** Up to where of the server's history the cache has come. Empty before the first complete list. */
  readonly resourceVersion: string;
  /** Called after every change of a projected form, in order; a re-list only reports what differs. Returns how to stop it. */
  onChange(listener: (change: CacheChange<T>) => void): () => void;
  readonly health: CacheHealth;
}

export interface CacheChange<T> {
  readonly ref: ObjectRef;
  /** Absent when added. */
  readonly before?: T;
  /** Absent when deleted. */
  readonly after?: T;
}

/** How a cache gets on with the server. */
export interface CacheHealth {
  /** `missing`: the server does not know the kind (now); it is asked again and again. */
  readonly state: 'pending' | 'synced' | 'missing';
  /** How long ago the server last said something, be it that nothing changed; Infinity before it did. */
  readonly silentMs: number;
  /** For how long nothing has failed; 0 while something does. */
  readonly steadyMs: number;
  /** Why the last attempt failed; absent when it did not. */
  readonly failure?: string;
}
