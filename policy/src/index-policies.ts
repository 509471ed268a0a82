import type { CompiledAgentPolicy } from './agent/compile-agent-policy.js';
import type { PolicyRef } from './decision.js';
import type { CompiledToolPolicy } from './tool/compile-tool-policy.js';

type ToolIndex = (namespace: string, registry: string, tool: string) => readonly CompiledToolPolicy[];
type RegistryIndex = (namespace: string, registry: string) => readonly CompiledToolPolicy[];
type AgentIndex = (namespace: string, agent: string) => readonly CompiledAgentPolicy[];

interface Policy {
  readonly ref: PolicyRef;
}

/** By namespace, then name: the order in which policies are evaluated and reported. */
export function byNamespaceAndName(a: Policy, b: Policy): number {
  return compareText(a.ref.namespace, b.ref.namespace) || compareText(a.ref.name, b.ref.name);
}

/**
 * Look-ups whose cost does not grow with the number of policies: namespace, then registry, then tool. What is not
 * bound to one (every tool of a registry; of a broken policy, every registry or namespace) is merged in on the way.
 */
export function indexToolPolicies(sorted: readonly CompiledToolPolicy[]): {
  toolPolicies: ToolIndex;
  registryPolicies: RegistryIndex;
} {
  const registries = byNamespace(sorted, (policies) =>
    indexBy(
      policies,
      ({ registry }) => (registry === undefined ? [] : [registry]),
      (all) => ({
        all,
        byTool: indexBy(
          all,
          ({ tools }) => [...tools],
          (list) => list,
        ),
      }),
    ),
  );
  return {
    toolPolicies: (namespace, registry, tool) => registries(namespace)(registry).byTool(tool),
    registryPolicies: (namespace, registry) => registries(namespace)(registry).all,
  };
}

export function indexAgentPolicies(sorted: readonly CompiledAgentPolicy[]): {
  agentPolicies: AgentIndex;
  namespaceAgentPolicies: (namespace: string) => readonly CompiledAgentPolicy[];
} {
  const namespaces = byNamespace(sorted, (policies) => ({
    all: policies,
    byAgent: indexBy(
      policies,
      (policy) => [...policy.agents],
      (list) => list,
    ),
  }));
  return {
    agentPolicies: (namespace, agent) => namespaces(namespace).byAgent(agent),
    namespaceAgentPolicies: (namespace) => namespaces(namespace).all,
  };
}

/** A broken registry whose namespace or name can't be read has an empty one, and stands for all of them. */
export function indexMcpRegistries(
  registries: readonly { readonly namespace: string; readonly name: string }[],
): (namespace: string, registry: string) => boolean {
  const known = new Set(registries.map(({ namespace, name }) => `${namespace}/${name}`));
  return (namespace, registry) =>
    [`${namespace}/${registry}`, `/${registry}`, `${namespace}/`, '/'].some((name) => known.has(name));
}

/** A broken policy whose namespace can't be read has an empty one, and counts in all of them. */
function byNamespace<T extends Policy, R>(
  policies: readonly T[],
  make: (policies: readonly T[]) => R,
): (name: string) => R {
  return indexBy(policies, ({ ref }) => (ref.namespace === '' ? [] : [ref.namespace]), make);
}

/**
 * Groups policies by the names that each is bound to; one that is bound to none is in every group, and the groups of
 * names that nobody mentions hold only these. A group is made when it is first asked for: made all at once, many names
 * times many unbound policies would be a lot of memory. Names that are not mentioned share one group.
 */
function indexBy<T extends Policy, R>(
  policies: readonly T[],
  namesOf: (policy: T) => readonly string[],
  make: (policies: readonly T[]) => R,
): (name: string) => R {
  const unbound = policies.filter((policy) => namesOf(policy).length === 0);
  const bound = new Map<string, T[]>();
  for (const policy of policies) {
    for (const name of namesOf(policy)) {
      const group = bound.get(name);
      if (group) group.push(policy);
      else bound.set(name, [policy]);
    }
  }
  const made = new Map<string, R>();
  const others = make(unbound);
  return (name) => {
    const own = bound.get(name);
    if (!own) return others;
    let group = made.get(name);
    if (group === undefined) {
      group = make(unbound.length === 0 ? own : [...own, ...unbound].sort(byNamespaceAndName));
      made.set(name, group);
    }
    return group;
  };
}

export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
