import { createHash } from 'node:crypto';
import { refOf, type KubeObject } from '@omnia-policy/kube';
import { changesEffect, MANAGED_BY_LABEL, MANAGER, OWNER_ANNOTATION } from '../istio/names.js';
import { asRecord } from '../record.js';
import type { EmittedObject } from './objects.js';
import { asLabels } from './read-fields.js';

/** An object that may be one of ours: one without our label has no owner. */
export function projectEmitted(object: KubeObject): EmittedObject {
  const { labels, annotations, uid = '' } = object.metadata;
  const isOurs = asLabels(labels)[MANAGED_BY_LABEL] === MANAGER;
  return {
    ref: refOf(object),
    uid,
    owner: isOurs ? (asLabels(annotations)[OWNER_ANNOTATION] ?? '') : '',
    contentHash: contentHash(object),
  };
}

/**
 * Of all that the operator decides: spec, owner references, and the labels and annotations that change what the object
 * does. What others note beside it does not count.
 */
export function contentHash({ metadata, spec }: KubeObject): string {
  const content = {
    spec,
    labels: effective(metadata.labels),
    annotations: effective(metadata.annotations),
    owners: (metadata.ownerReferences ?? []).map(({ kind, name, uid }) => ({ kind, name, uid })),
  };
  return createHash('sha256')
    .update(JSON.stringify(sorted(content)))
    .digest('hex');
}

function effective(pairs: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(asLabels(pairs)).filter(([key]) => changesEffect(key)));
}

/** The same value with all keys in order: the API server keeps none. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(asRecord(value)).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, sorted(field)]));
}
