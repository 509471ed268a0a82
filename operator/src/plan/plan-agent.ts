import { AGENT_RUNTIMES, type ObjectRef } from '@omnia-policy/kube';
import { agentClaimMappings } from '@omnia-policy/policy';
import { objectName, ownerText } from '../istio/names.js';
import { requestAuthentication } from '../istio/request-authentication.js';
import type { World } from '../model/world.js';
import { agentProxy } from './agent-proxies.js';
import { agentTarget } from './plan-agent-namespace.js';
import type { Plan } from './plan.js';

/**
 * Verifies the tokens of an agent's own issuer, if some policy passes their claims on. Depends on the AgentRuntime, the
 * AgentPolicies of its namespace, and its Service and Pods.
 */
export function planAgent(world: World, ref: ObjectRef): Plan {
  const agent = world.agents.get(ref);
  if (agent?.oidc === undefined) return { objects: [] };
  const isMapped = agentClaimMappings(world.policySet, ref.namespace).some(
    ({ agents }) => agents.length === 0 || agents.includes(ref.name),
  );
  if (!isMapped) return { objects: [] };
  const { apiVersion, kind } = AGENT_RUNTIMES;
  const owner = { text: ownerText('Agent', ref), object: { apiVersion, kind, ref, uid: agent.uid } };
  const target = agentTarget(agent, agentProxy(world, agent));
  const name = { namespace: ref.namespace, name: objectName(['agent', ref.name]) };
  return { objects: [requestAuthentication(name, owner, { target, issuers: [agent.oidc] })] };
}
