import { ServiceError } from '@omnia-policy/service';
import { isDeepStrictEqual } from 'node:util';
import type { Applier } from '../apply/create-applier.js';
import type { StatusWriter } from '../apply/write-status.js';
import type { World } from '../model/world.js';
import type { ApplyOutcome } from '../plan/plan.js';
import type { Controller } from './controller.js';
import { parseKey, type Key, type KeyKind } from './key.js';

export interface ReconcileOptions {
  readonly controllers: Readonly<Record<KeyKind, Controller>>;
  /** Undefined before the first policy set. */
  readonly world: () => World | undefined;
  readonly applier: Applier;
  readonly noteOutcome: (key: Key, outcome: ApplyOutcome) => void;
  readonly writeStatus: StatusWriter;
}

const APPLIED: ApplyOutcome = { kind: 'applied' };

/**
 * Brings the cluster to what it should be for one key: plan, apply, status. What it does follows from the world alone, not
 * from what changed, so it can be done at any time and again.
 *
 * @returns a function that rejects when the key is to be tried again
 */
export function createReconcile(options: ReconcileOptions): (key: string) => Promise<void> {
  const { controllers, applier, noteOutcome, writeStatus } = options;
  return async (text) => {
    const key = parseKey(text);
    const world = options.world();
    if (key === undefined || world === undefined) return;
    const controller = controllers[key.kind];
    // Most plans are applied already, or will be: then the second one is spared.
    const plan = controller.plan(world, key.ref, APPLIED);
    if (plan === undefined) return;
    const outcome = await applier.apply(text, plan.objects);
    noteOutcome(key, outcome);
    const told = isDeepStrictEqual(outcome, APPLIED) ? plan : controller.plan(world, key.ref, outcome);
    if (told?.status !== undefined) {
      await writeStatus(told.status, controller.stored(world, key.ref));
    }
    // Istio that comes is noticed; everything else may go away without a sign.
    if (outcome.kind !== 'applied' && outcome.kind !== 'istio-missing') throw notApplied(outcome);
  };
}

function notApplied(outcome: ApplyOutcome): ServiceError {
  const why =
    outcome.kind === 'refused'
      ? `${outcome.object} was refused: ${outcome.message}`
      : outcome.kind === 'name-clash'
        ? `${outcome.object} belongs to somebody else`
        : outcome.kind;
  return new ServiceError('not-applied', `not everything could be applied: ${why}`);
}
