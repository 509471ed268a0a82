import type { ObjectRef } from '@omnia-policy/kube';
import { AGENT_COMPONENT, AGENT_LABEL, COMPONENT_LABEL } from '../istio/names.js';
import type { Agent, Pod, Service } from '../model/objects.js';
import type { World } from '../model/world.js';
import { dataPlaneOf, type DataPlane } from './data-plane.js';
import { portProtocol } from './port-protocol.js';
import { selectPods } from './select-pods.js';

/** What all agents' pods of a namespace have in common. */
export const AGENT_PODS = { [COMPONENT_LABEL]: AGENT_COMPONENT };

/** An agent's Service is called as it is. */
export interface AgentProxy {
  readonly plane: DataPlane;
  /** Set where a waypoint stands in front of the agent. */
  readonly waypoint?: { readonly gateway: ObjectRef; readonly service: Service };
}

/** What stands in front of some agents of a namespace. Their pods are looked at once, however many agents there are. */
export function agentProxies(
  world: World,
  namespace: string,
  agents: readonly Agent[],
): readonly { readonly agent: Agent; readonly proxy: AgentProxy }[] {
  const podsOf = new Map<string, Pod[]>();
  for (const pod of selectPods(world, namespace, AGENT_PODS)) {
    const name = pod.labels[AGENT_LABEL] ?? '';
    const known = podsOf.get(name);
    if (known) known.push(pod);
    else podsOf.set(name, [pod]);
  }
  return agents.map((agent) => ({
    agent,
    proxy: proxyOf(world, agent.ref, podsOf.get(agent.ref.name) ?? []),
  }));
}

export function agentProxy(world: World, { ref }: Agent): AgentProxy {
  const pods = selectPods(world, ref.namespace, { ...AGENT_PODS, [AGENT_LABEL]: ref.name });
  return proxyOf(world, ref, pods);
}

function proxyOf(world: World, ref: ObjectRef, pods: readonly Pod[]): AgentProxy {
  const { namespace } = ref;
  const service = world.services.get(ref);
  const plane = dataPlaneOf(world, { namespace, pods, services: service === undefined ? [] : [service] });
  const waypoint = plane.kind === 'ambient' ? plane.waypoints[0] : undefined;
  if (waypoint === undefined || service === undefined) return { plane };
  return { plane, waypoint: { gateway: waypoint.gateway, service } };
}

/** Whether calls to the agent pass a proxy that looks into them. */
export function isInMesh({ plane, waypoint }: AgentProxy): boolean {
  return waypoint !== undefined || (plane.kind === 'sidecar' && plane.bare === 0);
}

/** Ports of an agent's Service where users call it. */
export function agentHttpPorts({ ports }: Service): readonly number[] {
  return ports.filter((port) => portProtocol(port) !== 'other').map(({ port }) => port);
}
