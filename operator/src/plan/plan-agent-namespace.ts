import { claimsFilter } from '@omnia-policy/envoy';
import { agentClaimMappings, type ClaimMapping } from '@omnia-policy/policy';
import { envoyFilter, httpFilterPatch } from '../istio/envoy-filter.js';
import type { Owner } from '../istio/metadata.js';
import { AGENT_LABEL, objectName, ownerText } from '../istio/names.js';
import { requestAuthentication } from '../istio/request-authentication.js';
import type { Agent } from '../model/objects.js';
import type { World } from '../model/world.js';
import { AGENT_PODS, agentHttpPorts, agentProxies, type AgentProxy } from './agent-proxies.js';
import { claimsPlugin } from './claims-plugin.js';
import { serviceHost } from './service-host.js';
import type { DesiredObject, Plan } from './plan.js';
import { agentsOfNamespace } from './selected-agents.js';
import type { PlanSettings } from './settings.js';

/**
 * The claims role in front of a namespace's agents, and the issuer of those that name none themselves. Depends on the
 * namespace's AgentRuntimes, AgentPolicies and ToolPolicies, and on the Services and Pods of its agents. Without any policy
 * nobody reads claims, and agents are left alone.
 */
export function planAgentNamespace(world: World, namespace: string, settings: PlanSettings): Plan {
  const agents = agentsOfNamespace(world, namespace);
  const hasPolicies =
    world.agentPolicies.inNamespace(namespace).length > 0 ||
    world.toolPolicies.inNamespace(namespace).length > 0;
  if (agents.length === 0 || !hasPolicies) return { objects: [] };
  const mappings = agentClaimMappings(world.policySet, namespace);
  const placed = agentProxies(world, namespace, agents);
  const front: Front = { namespace, settings, mappings, owner: ownerOf(namespace) };
  const withSidecars = placed.filter(({ proxy }) => proxy.waypoint === undefined).map(({ agent }) => agent);
  return {
    objects: [
      ...(withSidecars.length === 0 ? [] : sidecarFilter(front)),
      ...placed.flatMap((one) => waypointFilter(front, one)),
      ...defaultIssuers(front, placed),
    ],
  };
}

interface Front {
  readonly namespace: string;
  readonly settings: PlanSettings;
  readonly mappings: readonly ClaimMapping[];
  readonly owner: Owner;
}

interface Placed {
  readonly agent: Agent;
  readonly proxy: AgentProxy;
}

/** One filter for all agents: each proxy knows from its own label which agent it is. */
function sidecarFilter({ namespace, settings, mappings, owner }: Front): DesiredObject[] {
  const ref = { namespace, name: objectName(['agents']) };
  const target = { kind: 'pods', labels: AGENT_PODS } as const;
  const claims = { agentLabel: AGENT_LABEL };
  const ofNamespace = mappings.map(({ agents, claims }) => ({ agents, claims }));
  const plugin = claimsPlugin(ref, owner, { target, settings, ports: [], claims, mappings: ofNamespace });
  if (plugin.length > 0) return plugin;
  const { inlineBase64 } = settings.wasmModule;
  const filter = claimsFilter(ofNamespace, { inlineBase64 }, claims);
  return [envoyFilter(ref, owner, { target, patches: [httpFilterPatch(filter, { kind: 'all' })] })];
}

/** A waypoint stands in front of several agents: each one's chain has a filter with its mappings alone. */
function waypointFilter({ settings, mappings, owner }: Front, { agent, proxy }: Placed): DesiredObject[] {
  const { waypoint } = proxy;
  if (waypoint === undefined) return [];
  const { gateway, service } = waypoint;
  const { namespace, name } = agent.ref;
  const own = mappings
    .filter(({ agents }) => agents.length === 0 || agents.includes(name))
    .map(({ claims }) => ({ agents: [], claims }));
  const { inlineBase64 } = settings.wasmModule;
  const filter = claimsFilter(own, { inlineBase64 });
  const host = serviceHost(service.ref, settings);
  const patches = agentHttpPorts(service).map((port) =>
    httpFilterPatch(filter, { kind: 'service', host, port }),
  );
  if (patches.length === 0) return [];
  const ref = {
    namespace: gateway.namespace,
    name: objectName(['agents', name], `${namespace}/${gateway.name}`),
  };
  const target = { kind: 'gateway', name: gateway.name } as const;
  return [envoyFilter(ref, owner, { target, patches })];
}

/**
 * Several RequestAuthentications on one pod add up: the default issuer must not be taken by agents that name their own.
 * So it is for all agents at once only where none does.
 */
function defaultIssuers(front: Front, placed: readonly Placed[]): DesiredObject[] {
  const { namespace, owner, settings, mappings } = front;
  const { defaultIssuer } = settings;
  const others = placed.filter(({ agent }) => agent.oidc === undefined);
  if (defaultIssuer === undefined || mappings.length === 0 || others.length === 0) return [];
  const issuers = [defaultIssuer];
  const isForAll = placed.every(
    ({ agent, proxy }) => agent.oidc === undefined && proxy.waypoint === undefined,
  );
  if (isForAll) {
    const ref = { namespace, name: objectName(['agents']) };
    return [requestAuthentication(ref, owner, { target: { kind: 'pods', labels: AGENT_PODS }, issuers })];
  }
  return others.map(({ agent, proxy }) => {
    const ref = { namespace, name: objectName(['agents', agent.ref.name]) };
    return requestAuthentication(ref, owner, { target: agentTarget(agent, proxy), issuers });
  });
}

/** The proxies in front of one agent. */
export function agentTarget(
  { ref }: Agent,
  { waypoint }: AgentProxy,
): Parameters<typeof requestAuthentication>[2]['target'] {
  return waypoint === undefined
    ? { kind: 'pods', labels: { ...AGENT_PODS, [AGENT_LABEL]: ref.name } }
    : { kind: 'services', names: [waypoint.service.ref.name] };
}

function ownerOf(namespace: string): Owner {
  return { text: ownerText('AgentNamespace', { namespace, name: namespace }) };
}
