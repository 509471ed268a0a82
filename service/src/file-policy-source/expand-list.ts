import type { YamlDocument } from './yaml-text.js';

/** The items of a `kind: List`, which is how kubectl writes several objects, are documents of their own. */
export function expandList(document: YamlDocument): readonly YamlDocument[] {
  const items = itemsOf(document.value);
  return items?.map((value, index) => ({ ...document, value, within: `items[${index}]` })) ?? [document];
}

function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('apiVersion' in value && 'kind' in value && 'items' in value)) return undefined;
  const { apiVersion, kind, items } = value;
  return apiVersion === 'v1' && kind === 'List' && Array.isArray(items) ? items : undefined;
}

/** A path into a document of a list as a path into the list. */
export function pathFromRoot({ within }: YamlDocument, path: string): string {
  if (within === '' || path === '') return within + path;
  return path.startsWith('[') ? within + path : `${within}.${path}`;
}
