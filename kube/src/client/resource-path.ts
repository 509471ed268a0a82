import type { ObjectRef } from '../kube-object.js';
import type { ResourceKind } from '../resource-kind.js';

/** The path of all objects of a kind, in one namespace or (`''`) in all. */
export function collectionPath(
  { apiVersion, plural, isNamespaced }: ResourceKind,
  namespace: string,
): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = isNamespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${group}${scope}/${plural}`;
}

export function objectPath(kind: ResourceKind, { namespace, name }: ObjectRef): string {
  return `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
}

/** A path with its query; parameters without a value are left out. */
export function withQuery(
  path: string,
  parameters: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}
