import { refText } from '@omnia-policy/kube';
import type { Policy, ReplicaReport } from '../model/objects.js';
import type { World } from '../model/world.js';
import { asRecord } from '../record.js';
import { asList } from '../model/read-fields.js';
import { countText, type Said } from './condition.js';

/** `status.enforcement`: which generation of a policy the ext-authz replicas enforce. */
export interface Enforcement {
  readonly replicas: number;
  /** Those that enforce the object's generation. */
  readonly upToDate: number;
  /** The oldest that some replica is known to enforce; 0: as a failure, or nothing is known of it yet. */
  readonly minGeneration: number;
}

/** Whether some replica says that it enforces another version than the stored one. */
export function isLagging(world: World, { ref }: Policy): boolean {
  return world.replicas.all().some(({ lagging }) => lagging[refText(ref)] !== undefined);
}

export function enforcementOf(world: World, object: Policy): Enforcement {
  const replicas = world.replicas.all();
  const generations = replicas.map((report) => enforcedGeneration(report, object));
  return {
    replicas: replicas.length,
    upToDate: generations.filter((generation) => generation === object.generation).length,
    minGeneration: generations.reduce((least, one) => Math.min(least, one), object.generation),
  };
}

/**
 * A report that is older than the object may be so because only the status has changed since: what was enforced once,
 * stays so until a replica says otherwise.
 */
function enforcedGeneration({ lagging, resourceVersion }: ReplicaReport, object: Policy): number {
  const late = lagging[refText(object.ref)];
  if (late !== undefined) return late;
  if (wasEnforced(object) || isUpTo(resourceVersion, object.resourceVersion)) return object.generation;
  return 0;
}

function wasEnforced({ status, generation }: Policy): boolean {
  return asList(asRecord(status).conditions)
    .map(asRecord)
    .some(
      ({ type, status: value, observedGeneration }) =>
        type === 'Enforced' && value === 'True' && observedGeneration === generation,
    );
}

/** Versions are decimal numbers of any length; one that is none is compared as it is. */
function isUpTo(reported: string, stored: string): boolean {
  if (!/^\d+$/.test(reported) || !/^\d+$/.test(stored)) return reported === stored;
  return BigInt(reported) >= BigInt(stored);
}

/** @param isLagging some replica says that it enforces another version */
export function enforcedCondition(
  object: Policy,
  enforcement: Enforcement,
  isLagging: boolean,
): Said<'Enforced'> {
  const { replicas, upToDate, minGeneration } = enforcement;
  const generation = String(object.generation);
  const type = 'Enforced';
  if (replicas === 0) {
    const message =
      'no ext-authz replica reports: calls that are asked about are refused; start omnia-ext-authz';
    return { type, status: 'False', reason: 'NoReplicas', message };
  }
  const all = countText(replicas, 'ext-authz replica');
  if (upToDate === replicas) {
    const message = `generation ${generation} is enforced by ${all}`;
    return { type, status: 'True', reason: 'AllReplicas', message };
  }
  const some = `${String(upToDate)} of ${all} ${upToDate === 1 ? 'enforces' : 'enforce'} generation ${generation}`;
  if (isLagging) {
    const others =
      minGeneration === 0 ? 'the policy as a failed evaluation' : `generation ${String(minGeneration)}`;
    const message = `${some}, the others ${others}: mend the problems of this version`;
    return { type, status: 'False', reason: 'Lagging', message };
  }
  return {
    type,
    status: 'Unknown',
    reason: 'Waiting',
    message: `${some}; the others have not reported it yet`,
  };
}
