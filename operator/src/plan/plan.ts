import type { KubeObject, ObjectRef, ResourceKind } from '@omnia-policy/kube';

/**
 * What ought to be in the cluster because of one owner. Objects of that owner that are not in it are pruned.
 *
 * A planner that returns undefined in place of a plan does not know yet: the policy set has not come as far as the object.
 * Apply and prune nothing; plan again when the next set is there.
 */
export interface Plan {
  readonly objects: readonly DesiredObject[];
  /** Undefined: the owner has no status of its own (an attachment), or is gone. */
  readonly status?: DesiredStatus;
}

export interface DesiredObject {
  readonly kind: ResourceKind;
  readonly object: KubeObject;
}

/** The whole status of one object of ours as the operator wants it; the fields of other writers are not in it. */
export interface DesiredStatus {
  readonly kind: ResourceKind;
  readonly ref: ObjectRef;
  readonly status: Readonly<Record<string, unknown>>;
}

/** A condition without its time: the writer keeps the stored lastTransitionTime while `status` stays the same. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

export type { ApplyOutcome } from '../model/apply-outcome.js';
