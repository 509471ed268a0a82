import type { KubeObject, ObjectRef } from './kube-object.js';
import type { ResourceKind } from './resource-kind.js';

/**
 * The calls to the API server that programs here make. Every call has a time limit; one that fails throws a
 * {@link KubeApiError} (the server refused) or a ServiceError `kubernetes-unreachable`.
 */
export interface KubeClient {
  /** Undefined when there is none. */
  get(kind: ResourceKind, ref: ObjectRef): Promise<KubeObject | undefined>;
  /** Page by page, so that large lists are never whole in memory twice. */
  list(kind: ResourceKind, scope: ListScope, onPage: (items: readonly KubeObject[]) => void): Promise<string>;
  watch(kind: ResourceKind, scope: WatchScope, onEvent: (event: WatchEvent) => void): Promise<void>;
  /** Server-side apply as {@link FIELD_MANAGER}. Without force, fields of another manager are a conflict (409). */
  apply(kind: ResourceKind, object: KubeObject, options?: ApplyOptions): Promise<KubeObject>;
  create(kind: ResourceKind, object: KubeObject): Promise<KubeObject>;
  /** Optimistic: `metadata.resourceVersion` must be the stored one, else 409. */
  replace(kind: ResourceKind, object: KubeObject): Promise<KubeObject>;
  /** False when there was none. @param uid only that very object */
  delete(kind: ResourceKind, ref: ObjectRef, uid?: string): Promise<boolean>;
}

export const FIELD_MANAGER = 'omnia-policy-operator';

export interface ListScope {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface WatchScope extends ListScope {
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface ApplyOptions {
  readonly force?: boolean;
  /** Apply to the status subresource: only `status` of the object is taken. */
  readonly subresource?: 'status';
}
