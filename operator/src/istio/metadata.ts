import type { ObjectMeta, ObjectRef, OwnerReference } from '@omnia-policy/kube';
import { DRY_RUN_ANNOTATION, MANAGED_BY_LABEL, MANAGER, OWNER_ANNOTATION } from './names.js';

/** Whose an emitted object is. */
export interface Owner {
  /** As `ownerText` writes it. */
  readonly text: string;
  /** The object that it goes with, if there is one: Kubernetes deletes it with that, in the same namespace only. */
  readonly object?: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly ref: ObjectRef;
    readonly uid: string;
  };
}

export interface MetadataOptions {
  /** Absent for kinds that know no dry run. */
  readonly dryRun?: boolean;
}

/** Metadata of an emitted object. `dryRun` is always written out: an annotation left out could be added by others. */
export function emittedMetadata(ref: ObjectRef, owner: Owner, { dryRun }: MetadataOptions = {}): ObjectMeta {
  return {
    name: ref.name,
    namespace: ref.namespace,
    labels: { [MANAGED_BY_LABEL]: MANAGER },
    annotations: {
      [OWNER_ANNOTATION]: owner.text,
      ...(dryRun === undefined ? {} : { [DRY_RUN_ANNOTATION]: String(dryRun) }),
    },
    ...ownerReferences(ref, owner),
  };
}

function ownerReferences(ref: ObjectRef, { object }: Owner): { readonly ownerReferences?: OwnerReference[] } {
  if (object === undefined || object.uid === '' || object.ref.namespace !== ref.namespace) return {};
  const { apiVersion, kind, uid } = object;
  return { ownerReferences: [{ apiVersion, kind, name: object.ref.name, uid, controller: true }] };
}
