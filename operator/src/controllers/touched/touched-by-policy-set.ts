import { agentClaimMappings, workloadNeeds, type PolicyEntry, type PolicySet } from '@omnia-policy/policy';
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
    ...neighbours(changed, world),
    ...workloadsWithOtherNeeds(before, namespaces, world),
    ...[...namespaces].flatMap((namespace) => claimReaders(before, namespace, world)),
  ]);
}

function changedEntries(before: readonly PolicyEntry[], after: readonly PolicyEntry[]): PolicyEntry[] {
  const former = byName(before);
  const present = byName(after);
  return [...new Map([...former, ...present])]
    .filter(([name]) => !isDeepStrictEqual(former.get(name), present.get(name)))
    .map(([, entry]) => entry);
}

function byName(entries: readonly PolicyEntry[]): Map<string, PolicyEntry> {
  return new Map(entries.map((entry) => [`${entry.kind}/${entry.namespace}/${entry.name}`, entry]));
}

/** AgentPolicies of a namespace can stand in each other's way. */
function neighbours(changed: readonly PolicyEntry[], world: World): string[] {
  const namespaces = new Set(
    changed.filter(({ kind }) => kind === 'AgentPolicy').map(({ namespace }) => namespace),
  );
  return [...namespaces].flatMap((namespace) =>
    world.agentPolicies.inNamespace(namespace).map(({ ref }) => keyText('AgentPolicy', ref)),
  );
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
