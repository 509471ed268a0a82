import type { KubeObject, ObjectRef } from './kube-object.js';
import type { ResourceKind } from './resource-kind.js';

/**
 * The calls to the API server that programs here make. Every call has a time limit; one that fails throws a
 * {@link KubeApiError} (the server refused) or a ServiceError `kubernetes-unreachable`.
 */
export interface KubeClient {
  /** Undefined when there is none. */
  get(kind: ResourceKind, ref: ObjectRef, options?: CallOptions): Promise<KubeObject | undefined>;
  /**
   * Page by page, so that large lists are never whole in memory twice. Returns the resourceVersion that a watch can
   * go on from. One that throws may have given some pages: they are no list.
   */
  list(
    kind: ResourceKind,
    scope: ListScope & CallOptions,
    onPage: (items: readonly KubeObject[]) => void,
  ): Promise<string>;
  /** Resolves when the server ended the watch, as it does after some minutes, or `signal` did. 410: list again. */
  watch(kind: ResourceKind, scope: WatchScope, onEvent: (event: WatchEvent) => void): Promise<void>;
  /** Server-side apply as the client's field manager. Without force, fields of another manager are a conflict (409). */
  apply(kind: ResourceKind, object: KubeObject, options?: ApplyOptions): Promise<KubeObject>;
  create(kind: ResourceKind, object: KubeObject, options?: CallOptions): Promise<KubeObject>;
  /** Optimistic: `metadata.resourceVersion` must be the stored one, else 409. */
  replace(kind: ResourceKind, object: KubeObject, options?: CallOptions): Promise<KubeObject>;
  /** False when there was none. @param uid only that very object */
  delete(kind: ResourceKind, ref: ObjectRef, uid?: string): Promise<boolean>;
}

export const FIELD_MANAGER = 'omnia-policy-operator';

export interface CallOptions {
  /** How long the call, or one page of a list, may take, waiting for a busy server included. */
  readonly timeoutMs?: number;
  /** Gives the call up; it then throws as if the server could not be reached. */
  readonly signal?: AbortSignal;
}

export interface ListScope {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects without spec, status and data: the content of secrets never comes here. */
  readonly metadataOnly?: boolean;
  /** How many objects of a list come at once, default 500: fewer for large ones, or one page is a lot of memory. */
  readonly pageSize?: number;
}

export interface WatchScope extends ListScope {
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
  /** When the server shall end it, so that connections are spread anew now and then. */
  readonly timeoutSeconds?: number;
  /** The server has taken the request; events follow when there are some. */
  readonly onOpen?: () => void;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface ApplyOptions extends CallOptions {
  readonly force?: boolean;
  /** Apply to the status subresource: only `status` is taken, and `metadata.resourceVersion` must be the stored one if given. */
  readonly subresource?: 'status';
}
