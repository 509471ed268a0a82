import type { ObjectRef } from '@omnia-policy/kube';
import { envoyFilter, type Chains } from '../istio/envoy-filter.js';
import type { Owner } from '../istio/metadata.js';
import { objectName, ownerText } from '../istio/names.js';
import type { Target } from '../istio/target.js';
import type { World } from '../model/world.js';
import { claimsPlugin } from './claims-plugin.js';
import { dataPlaneOfSelected, type Waypoint } from './data-plane.js';
import { packPatches, type PatchGroup } from './pack-patches.js';
import type { DesiredObject, Plan } from './plan.js';
import { serviceHost } from './service-host.js';
import type { PlanSettings } from './settings.js';
import { sidecarPatches, toolClaims, waypointPatches, type Guarded } from './tool-filter-patches.js';
import { toolWorkloadOf, type ToolWorkload } from './tool-workload.js';
import { targetPorts, workloadPorts } from './workload-ports.js';

/**
 * What makes the proxies in front of a tool workload ask ext-authz. Depends on the ToolRegistries, the Services and Pods of
 * their handlers, the agents of their namespaces, and the policies of both.
 *
 * @param ref of the first of the workload's Services; for any other, nothing is planned
 */
export function planToolWorkload(world: World, ref: ObjectRef, settings: PlanSettings): Plan {
  const workload = toolWorkloadOf(world, ref);
  if (workload === undefined) return { objects: [] };
  const guarded = { world, workload, settings, ports: workloadPorts(world, workload) };
  const plane = dataPlaneOfSelected(world, workload);
  if (plane.kind !== 'ambient') return { objects: sidecarObjects(guarded) };
  return { objects: plane.waypoints.flatMap((waypoint) => waypointObjects(guarded, waypoint)) };
}

/** Also for pods without a proxy: one that is added later has its filters from the start. */
function sidecarObjects(guarded: Guarded): DesiredObject[] {
  const { workload, settings, ports } = guarded;
  const { ref, selector } = workload;
  const known = targetPorts(ports) ?? [];
  const target = { kind: 'pods', labels: selector } as const;
  const plugin = { target, settings, ports: known, claims: toolClaims(guarded) };
  return [
    ...envoyFilters(workload, { namespace: ref.namespace, target }, sidecarPatches(guarded, known)),
    ...claimsPlugin(
      { namespace: ref.namespace, name: objectName(['tools', ref.name]) },
      ownerOf(workload),
      plugin,
    ),
  ];
}

/** Only the chains of the workload's own Services: a waypoint serves others, too. */
function waypointObjects(guarded: Guarded, { gateway, services }: Waypoint): DesiredObject[] {
  const { workload, settings, ports } = guarded;
  const { ref } = workload;
  const chains = services.flatMap((service) =>
    ports.http
      .filter((port) => port.service === service.ref.name)
      .map(({ port }): Chains => ({ kind: 'service', port, host: serviceHost(service.ref, settings) })),
  );
  if (chains.length === 0) return [];
  const distinction = `${ref.namespace}/${gateway.name}`;
  const place = {
    namespace: gateway.namespace,
    target: { kind: 'gateway', name: gateway.name },
    distinction,
  } as const;
  const target = { kind: 'services', names: services.map((service) => service.ref.name) } as const;
  const name = { namespace: ref.namespace, name: objectName(['tools', ref.name], distinction) };
  return [
    ...envoyFilters(workload, place, waypointPatches(guarded, chains)),
    ...claimsPlugin(name, ownerOf(workload), { target, settings, ports: [], claims: toolClaims(guarded) }),
  ];
}

interface Place {
  readonly namespace: string;
  readonly target: Target;
  /** What tells it from the workload's objects elsewhere. */
  readonly distinction?: string;
}

function envoyFilters(
  workload: ToolWorkload,
  { namespace, target, distinction }: Place,
  groups: readonly PatchGroup[],
): DesiredObject[] {
  return packPatches(groups).map((patches, index) => {
    const part = index === 0 ? distinction : `${distinction ?? ''} part ${String(index + 1)}`;
    const ref = { namespace, name: objectName(['tools', workload.ref.name], part) };
    return envoyFilter(ref, ownerOf(workload), { target, patches });
  });
}

function ownerOf({ ref }: ToolWorkload): Owner {
  return { text: ownerText('ToolWorkload', ref) };
}
