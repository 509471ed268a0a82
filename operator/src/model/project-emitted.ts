import { createHash } from 'node:crypto';
import { refOf, type KubeObject } from '@omnia-policy/kube';
import { DRY_RUN_ANNOTATION, MANAGED_BY_LABEL, MANAGER, OWNER_ANNOTATION } from '../istio/names.js';
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
 * Of all that the operator decides: spec, our label and annotations, owner references. What others add beside it does
 * not count.
 */
export function contentHash({ metadata, spec }: KubeObject): string {
  const annotations = asLabels(metadata.annotations);
  const content = {
    spec,
    managedBy: asLabels(metadata.labels)[MANAGED_BY_LABEL],
    annotations: [OWNER_ANNOTATION, DRY_RUN_ANNOTATION].map((name) => annotations[name] ?? null),
    owners: (metadata.ownerReferences ?? []).map(({ kind, name, uid }) => ({ kind, name, uid })),
  };
  return createHash('sha256')
    .update(JSON.stringify(sorted(content)))
    .digest('hex');
}

/** The same value with all keys in order: the API server keeps none. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(asRecord(value)).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, sorted(field)]));
}
