import { isDeepStrictEqual } from 'node:util';
import type { EmittedObjects } from '../apply/emitted-objects.js';
import type { ApplyOutcome, Attachments } from '../model/apply-outcome.js';
import type { World } from '../model/world.js';
import { toolWorkloadOf } from '../plan/tool-workload.js';
import { keyText, type Key, type KeyKind } from './key.js';

/** What became of each attachment when it was last applied by this process. */
export interface AttachmentOutcomes extends Attachments {
  /** @returns whether policies have to say something else now */
  note(key: Key, outcome: ApplyOutcome, world: World): boolean;
  /** Another process may have applied them since. */
  readonly forget: () => void;
}

/** Their keys are owners. AgentPolicies own objects, too, and tell of them in their own status. */
const ATTACHMENTS: readonly KeyKind[] = ['ToolWorkload', 'AgentNamespace', 'Agent'];

/**
 * What was not applied by this process, but has objects in the cluster, counts as applied: a former one did it. So a
 * restart does not make all policies say for a moment that nothing is known of them.
 */
export function createAttachmentOutcomes(emitted: EmittedObjects): AttachmentOutcomes {
  const outcomes = new Map<string, ApplyOutcome>();
  const outcomeOf = (owner: string): ApplyOutcome =>
    outcomes.get(owner) ?? { kind: emitted.ofOwner(owner).length > 0 ? 'applied' : 'pending' };
  return {
    outcomeOf,
    note(key, outcome, world) {
      if (!ATTACHMENTS.includes(key.kind)) return false;
      const owner = keyText(key.kind, key.ref);
      if (!isThere(world, key)) {
        outcomes.delete(owner);
        return false;
      }
      const isNew = !isDeepStrictEqual(outcomeOf(owner), outcome);
      outcomes.set(owner, outcome);
      return isNew;
    },
    forget: () => {
      outcomes.clear();
    },
  };
}

function isThere(world: World, { kind, ref }: Key): boolean {
  if (kind === 'ToolWorkload') return toolWorkloadOf(world, ref) !== undefined;
  if (kind === 'AgentNamespace') return world.agents.inNamespace(ref.name).length > 0;
  return world.agents.get(ref) !== undefined;
}
