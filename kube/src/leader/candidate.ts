import type { Logger } from '@omnia-policy/service';
import type { KubeClient } from '../kube-client.js';
import type { KubeObject, ObjectRef } from '../kube-object.js';
import type { LeaseTiming } from './lease-timing.js';

/** One of those who want to lead. */
export interface Candidate {
  readonly client: KubeClient;
  readonly lease: ObjectRef;
  readonly identity: string;
  readonly timing: LeaseTiming;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface HeldLease {
  /** As it is stored. */
  readonly lease: KubeObject;
  /** Our clock before it was written: others count from a later moment, so our time is over before theirs begins. */
  readonly renewedMs: number;
}
