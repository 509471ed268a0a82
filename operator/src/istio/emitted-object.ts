import type { ObjectRef, ResourceKind } from '@omnia-policy/kube';
import type { JsonObject } from '@omnia-policy/policy';
import type { DesiredObject } from '../plan/plan.js';
import { emittedMetadata, type MetadataOptions, type Owner } from './metadata.js';

export interface EmittedContent extends MetadataOptions {
  readonly owner: Owner;
  readonly spec: JsonObject;
}

/** An object of Istio's as the operator stores it. */
export function emittedObject(
  kind: ResourceKind,
  ref: ObjectRef,
  { owner, spec, ...options }: EmittedContent,
): DesiredObject {
  return {
    kind,
    object: {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: emittedMetadata(ref, owner, options),
      spec,
    },
  };
}
