import type { ObjectRef } from '@omnia-policy/kube';
import type { Identified } from '../model/objects.js';
import type { World } from '../model/world.js';
import type { ApplyOutcome, Plan } from '../plan/plan.js';

/** How one kind of key is planned. What is done with a plan is the same for all. */
export interface Controller {
  /**
   * @param outcome of applying the objects of this plan, for the status
   * @returns undefined while it can not be told yet: a change that touches the key again is on its way
   */
  plan(world: World, ref: ObjectRef, outcome: ApplyOutcome): Plan | undefined;
  /** The object that the plan's status is for. */
  stored(world: World, ref: ObjectRef): Pick<Identified, 'status'> | undefined;
}
