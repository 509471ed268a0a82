import type { CompiledAgentPolicy } from '@omnia-policy/policy';
import { principalOf } from '../istio/names.js';
import type { Agent } from '../model/objects.js';
import type { World } from '../model/world.js';
import { byRef, distinctTexts } from './order.js';

/** The AgentRuntimes that a policy is about, by name. */
export function selectedAgents(world: World, { ref, agents }: CompiledAgentPolicy): readonly Agent[] {
  const all = agentsOfNamespace(world, ref.namespace);
  return agents.size === 0 ? all : all.filter((agent) => agents.has(agent.ref.name));
}

export function agentsOfNamespace(world: World, namespace: string): readonly Agent[] {
  return world.agents.inNamespace(namespace).toSorted(byRef);
}

/** Of a ServiceAccount. No pod runs as any other; to Istio `*` would be every account, and the filter takes no line breaks. */
const ACCOUNT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Identities of agents, as AuthorizationPolicies have them. */
export function principalsOf(agents: readonly Agent[], trustDomain: string): readonly string[] {
  return distinctTexts(
    agents
      .filter(({ serviceAccount }) => ACCOUNT_NAME.test(serviceAccount))
      .map(({ ref, serviceAccount }) => principalOf(trustDomain, ref.namespace, serviceAccount)),
  );
}
