import type { CompiledAgentPolicy } from './agent/compile-agent-policy.js';
import type { PolicyRef } from './decision.js';
import type { CompiledToolPolicy } from './tool/compile-tool-policy.js';

type ToolIndex = (namespace: string, registry: string, tool: string) => readonly CompiledToolPolicy[];
type RegistryIndex = (namespace: string, registry: string) => readonly CompiledToolPolicy[];
type AgentIndex = (namespace: string, agent: string) => readonly CompiledAgentPolicy[];

const NONE: readonly never[] = [];

/** By namespace, then name: the order in which policies are evaluated and reported (design 4.2). */
export function byNamespaceAndName(a: { readonly ref: PolicyRef }, b: { readonly ref: PolicyRef }): number {
  return compareText(a.ref.namespace, b.ref.namespace) || compareText(a.ref.name, b.ref.name);
}

/**
 * Constant-time look-up whatever the number of policies: one list for each tool that some policy names, one for the
 * rest of the registry's tools, one for the registries that no policy names.
 */
export function indexToolPolicies(sorted: readonly CompiledToolPolicy[]): {
  toolPolicies: ToolIndex;
  registryPolicies: RegistryIndex;
} {
  const namespaces = new Map<string, NamespaceIndex>();
  for (const [namespace, policies] of groupBy(sorted, (policy) => policy.ref.namespace)) {
    namespaces.set(namespace, indexNamespace(policies));
  }
  const registryIndex = (namespace: string, registry: string): RegistryTools | undefined => {
    const found = namespaces.get(namespace);
    return found?.registries.get(registry) ?? found?.otherRegistries;
  };
  return {
    toolPolicies(namespace, registry, tool) {
      const found = registryIndex(namespace, registry);
      return found?.byTool.get(tool) ?? found?.otherTools ?? NONE;
    },
    registryPolicies: (namespace, registry) => registryIndex(namespace, registry)?.all ?? NONE,
  };
}

interface NamespaceIndex {
  readonly registries: ReadonlyMap<string, RegistryTools>;
  readonly otherRegistries: RegistryTools;
}

interface RegistryTools {
  readonly all: readonly CompiledToolPolicy[];
  readonly byTool: ReadonlyMap<string, readonly CompiledToolPolicy[]>;
  readonly otherTools: readonly CompiledToolPolicy[];
}

function indexNamespace(policies: readonly CompiledToolPolicy[]): NamespaceIndex {
  const names = new Set(policies.flatMap((policy) => policy.registry ?? []));
  const everywhere = policies.filter((policy) => policy.registry === undefined);
  const byRegistry = groupBy(policies, (policy) => policy.registry);
  const registries = new Map<string, RegistryTools>();
  for (const name of names) {
    const own = byRegistry.get(name) ?? [];
    const all = everywhere.length === 0 ? own : [...own, ...everywhere].sort(byNamespaceAndName);
    registries.set(name, indexTools(all));
  }
  return { registries, otherRegistries: indexTools(everywhere) };
}

function indexTools(all: readonly CompiledToolPolicy[]): RegistryTools {
  const otherTools = all.filter((policy) => policy.tools.size === 0);
  const byTool = new Map<string, CompiledToolPolicy[]>();
  for (const policy of all) {
    for (const tool of policy.tools) byTool.set(tool, [...(byTool.get(tool) ?? []), policy]);
  }
  for (const [tool, named] of byTool) {
    if (otherTools.length > 0) byTool.set(tool, [...named, ...otherTools].sort(byNamespaceAndName));
  }
  return { all, byTool, otherTools };
}

export function indexAgentPolicies(sorted: readonly CompiledAgentPolicy[]): AgentIndex {
  const namespaces = new Map<string, AgentsIndex>();
  for (const [namespace, policies] of groupBy(sorted, (policy) => policy.ref.namespace)) {
    namespaces.set(namespace, indexAgents(policies));
  }
  return (namespace, agent) => {
    const found = namespaces.get(namespace);
    return found?.byAgent.get(agent) ?? found?.otherAgents ?? NONE;
  };
}

interface AgentsIndex {
  readonly byAgent: ReadonlyMap<string, readonly CompiledAgentPolicy[]>;
  readonly otherAgents: readonly CompiledAgentPolicy[];
}

function indexAgents(policies: readonly CompiledAgentPolicy[]): AgentsIndex {
  const names = new Set(policies.flatMap((policy) => [...policy.agents]));
  const selecting = (agent: string): CompiledAgentPolicy[] =>
    policies.filter((policy) => policy.agents.size === 0 || policy.agents.has(agent));
  return {
    byAgent: new Map([...names].map((name) => [name, selecting(name)])),
    otherAgents: policies.filter((policy) => policy.agents.size === 0),
  };
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
