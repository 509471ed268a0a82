import { notKubernetes } from '../connection/call-api.js';
import type { KubeObject, ObjectMeta } from '../kube-object.js';
import type { ResourceKind } from '../resource-kind.js';
import { cutDepth } from './cut-depth.js';

export interface ObjectPage {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  /** Empty: this was the last page. */
  readonly continueToken: string;
}

/**
 * An object as the server gave it, down to the depth of {@link cutDepth}. Items of lists carry no kind, and those without content another one, so it is set.
 * @throws ServiceError `kubernetes-unreachable` when it is no API object
 */
export function readObject(kind: ResourceKind, value: unknown): KubeObject {
  const object = cutDepth(record(kind, value));
  const metadata = record(kind, object.metadata);
  if (typeof metadata.name !== 'string') throw notKubernetes(`read ${kind.kind}`);
  return {
    ...object,
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: metadata as unknown as ObjectMeta,
  };
}

/** @throws ServiceError `kubernetes-unreachable` when it is no list */
export function readPage(kind: ResourceKind, value: unknown): ObjectPage {
  const list = record(kind, value);
  const metadata = record(kind, list.metadata);
  const items: unknown = list.items ?? [];
  if (!Array.isArray(items)) throw notKubernetes(`list ${kind.kind}`);
  return {
    items: items.map((item: unknown) => readObject(kind, item)),
    resourceVersion: text(metadata.resourceVersion),
    continueToken: text(metadata.continue),
  };
}

/** @throws ServiceError `kubernetes-unreachable` when it has none */
export function readResourceVersion(kind: ResourceKind, value: unknown): string {
  return text(record(kind, record(kind, value).metadata).resourceVersion);
}

function record(kind: ResourceKind, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw notKubernetes(`read ${kind.kind}`);
  return value as Record<string, unknown>;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
