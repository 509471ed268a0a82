import { refText, type ObjectRef } from '@omnia-policy/kube';
import type {
  CompiledAgentPolicy,
  CompiledToolPolicy,
  PolicyEntry,
  PolicySet,
  Problem,
} from '@omnia-policy/policy';
import type { Identified } from '../model/objects.js';
import type { World } from '../model/world.js';

type Entries = ReadonlyMap<string, PolicyEntry>;

const known = new WeakMap<PolicySet, Entries>();

/**
 * What became of an object when the policy set was compiled; undefined while the set is older than the object, or newer:
 * then nothing can be said of it yet.
 */
export function entryOf(world: World, kind: string, object: Identified): PolicyEntry | undefined {
  const entry = entriesOf(world.policySet).get(keyOf(kind, object.ref));
  const isSame = entry?.generation === undefined || entry.generation === object.generation;
  return isSame ? entry : undefined;
}

/** Sets do not change, so each is indexed once. */
function entriesOf(policySet: PolicySet): Entries {
  let entries = known.get(policySet);
  if (entries === undefined) {
    entries = new Map(policySet.entries.map((entry) => [keyOf(entry.kind, entry), entry]));
    known.set(policySet, entries);
  }
  return entries;
}

function keyOf(kind: string, { namespace, name }: ObjectRef): string {
  return `${kind} ${namespace}/${name}`;
}

export function agentPolicyOf({ policySet }: World, ref: ObjectRef): CompiledAgentPolicy | undefined {
  return policySet.namespaceAgentPolicies(ref.namespace).find((policy) => policy.ref.name === ref.name);
}

export function toolPolicyOf({ policySet }: World, ref: ObjectRef): CompiledToolPolicy | undefined {
  let policies = knownToolPolicies.get(policySet);
  if (policies === undefined) {
    policies = firstByName(policySet.allToolPolicies);
    knownToolPolicies.set(policySet, policies);
  }
  return policies.get(refText(ref));
}

const knownToolPolicies = new WeakMap<PolicySet, ReadonlyMap<string, CompiledToolPolicy>>();

function firstByName(policies: readonly CompiledToolPolicy[]): ReadonlyMap<string, CompiledToolPolicy> {
  return new Map(policies.toReversed().map((policy) => [refText(policy.ref), policy]));
}

/** All problems, as kubectl's user reads them, and what decides calls meanwhile. */
export function problemsText({ problems, enforced }: PolicyEntry): string {
  return `${problems.map(problemText).join('; ')}. ${ENFORCED_TEXT[enforced]}`;
}

export function problemText({ path, message, line, column }: Problem): string {
  // Most messages begin with the path.
  if (line === undefined) return path === '' || message.startsWith(path) ? message : `${path}: ${message}`;
  return `${path} (line ${String(line)}, column ${String(column ?? 1)}): ${message}`;
}

const ENFORCED_TEXT: Readonly<Record<PolicyEntry['enforced'], string>> = {
  current: 'The rest of this version is enforced',
  'last-good': 'The last version without problems is enforced',
  failure: 'Until it is mended, each call that it selects counts as a failed evaluation (onFailure)',
  nothing: 'Nothing is enforced',
};
