import type { ObjectRef } from './kube-object.js';

/**
 * All objects of a kind that a watch follows, projected to what is needed of them. What is here may be a little old, but
 * never half of a list: before the first complete one, `synced` is pending and the cache empty.
 */
export interface ObjectCache<T> {
  get(ref: ObjectRef): T | undefined;
  inNamespace(namespace: string): readonly T[];
  all(): readonly T[];
  readonly size: number;
  /** Resolves after the first complete list. */
  readonly synced: Promise<void>;
  /** Up to where of the server's history the cache has come. */
  readonly resourceVersion: string;
  /** Called after every change of a projected form, in order; a re-list only reports what differs. Returns how to stop it. */
  onChange(listener: (change: CacheChange<T>) => void): () => void;
}

export interface CacheChange<T> {
  readonly ref: ObjectRef;
  /** Absent when added. */
  readonly before?: T;
  /** Absent when deleted. */
  readonly after?: T;
}
