import {
  agentClaimMappings,
  workloadNeeds,
  type CompiledAgentPolicy,
  type PolicyEntry,
  type PolicySet,
} from '@omnia-policy/policy';
import { isDeepStrictEqual } from 'node:util';
import type { World } from '../../model/world.js';
import { toolWorkloads } from '../../plan/tool-workload.js';
import { agentNamespaceKey, keyText } from '../key.js';

/**
 * What is to be planned again when policies were compiled anew: those of which something else is to be said, and the
 * proxies that they ask something else of.
 *
 * @param before undefined: everything is new
 * @param world with the new set
 */
export function touchedByPolicySet(before: PolicySet | undefined, world: World): Set<string> {
  const { policySet } = world;
  const changed = changedEntries(before?.entries ?? [], policySet.entries);
  const namespaces = new Set(changed.map(({ namespace }) => namespace));
  const policies = changed.flatMap(({ kind, namespace, name }) =>
    kind === 'ToolPolicy' || kind === 'AgentPolicy' ? [keyText(kind, { namespace, name })] : [],
  );
  return new Set([
    ...policies,
    ...neighbours(before, changed, world),
    ...workloadsWithOtherNeeds(before, namespaces, world),
    ...[...namespaces].flatMap((namespace) => claimReaders(before, namespace, world)),
  ]);
}

function changedEntries(before: readonly PolicyEntry[], after: readonly PolicyEntry[]): PolicyEntry[] {
  // There are thousands, and a set hands on the entries of what has not changed.
  const [former, present] = [byName(without(before, after)), byName(without(after, before))];
  return [...new Map([...former, ...present])]
    .filter(([name]) => !isSame(former.get(name), present.get(name)))
    .map(([, entry]) => entry);
}

function without(entries: readonly PolicyEntry[], others: readonly PolicyEntry[]): PolicyEntry[] {
  const known = new Set(others);
  return entries.filter((entry) => !known.has(entry));
}

/** No deep comparison where nothing is deep. */
function isSame(a: PolicyEntry | undefined, b: PolicyEntry | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const { problems, ...rest } = a;
  return (
    Object.keys(b).length === Object.keys(a).length &&
    Object.entries(rest).every(([field, value]) => b[field as keyof PolicyEntry] === value) &&
    (problems.length + b.problems.length === 0 || isDeepStrictEqual(problems, b.problems))
  );
}

function byName(entries: readonly PolicyEntry[]): Map<string, PolicyEntry> {
  return new Map(entries.map((entry) => [`${entry.kind}/${entry.namespace}/${entry.name}`, entry]));
}

/** AgentPolicies that select one agent can stand in each other's way, and those with similar names in each other's names. */
function neighbours(before: PolicySet | undefined, changed: readonly PolicyEntry[], world: World): string[] {
  const sets = [before, world.policySet].filter((set) => set !== undefined);
  return changed
    .filter(({ kind }) => kind === 'AgentPolicy')
    .flatMap(({ namespace, name }) => {
      const versions = sets.flatMap((set) =>
        set.namespaceAgentPolicies(namespace).filter(({ ref }) => ref.name === name),
      );
      return world.policySet
        .namespaceAgentPolicies(namespace)
        .filter(
          (other) => areSimilar(other.ref.name, name) || versions.some((one) => shareAgents(one, other)),
        )
        .map(({ ref }) => keyText('AgentPolicy', ref));
    });
}

function areSimilar(a: string, b: string): boolean {
  return a.startsWith(`${b}-`) || b.startsWith(`${a}-`);
}

function shareAgents({ agents: a }: CompiledAgentPolicy, { agents: b }: CompiledAgentPolicy): boolean {
  return a.size === 0 || b.size === 0 || [...a].some((agent) => b.has(agent));
}

function workloadsWithOtherNeeds(
  before: PolicySet | undefined,
  namespaces: ReadonlySet<string>,
  world: World,
): string[] {
  return toolWorkloads(world)
    .filter(({ registries }) => registries.some(({ namespace }) => namespaces.has(namespace)))
    .filter(
      ({ registries }) =>
        before === undefined ||
        !isDeepStrictEqual(workloadNeeds(before, registries), workloadNeeds(world.policySet, registries)),
    )
    .map(({ ref }) => keyText('ToolWorkload', ref));
}

function claimReaders(before: PolicySet | undefined, namespace: string, world: World): string[] {
  const isSame =
    before !== undefined &&
    isDeepStrictEqual(agentClaimMappings(before, namespace), agentClaimMappings(world.policySet, namespace));
  if (isSame) return [];
  return [
    agentNamespaceKey(namespace),
    ...world.agents.inNamespace(namespace).map(({ ref }) => keyText('Agent', ref)),
  ];
}
