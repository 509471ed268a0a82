import type { ObjectRef } from '@omnia-policy/kube';
import { USE_WAYPOINT_LABEL, USE_WAYPOINT_NAMESPACE_LABEL } from '../istio/names.js';
import type { Pod, Service } from '../model/objects.js';
import type { World } from '../model/world.js';
import { compareText } from './order.js';
import { selectPods, type Labels } from './select-pods.js';

/** Which proxies stand in front of some pods. */
export type DataPlane =
  /** One in each pod; `bare` pods have none. With `pods` 0, as the namespace says. */
  | { readonly kind: 'sidecar'; readonly pods: number; readonly bare: number }
  /** ztunnel, and for what callers send to a Service, its waypoint. `without`: Services that have none. */
  | { readonly kind: 'ambient'; readonly waypoints: readonly Waypoint[]; readonly without: readonly string[] }
  | { readonly kind: 'none'; readonly pods: number };

export interface Waypoint {
  readonly gateway: ObjectRef;
  readonly services: readonly Service[];
}

export interface Workload {
  readonly namespace: string;
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
}

/** Of the pods that a selector means. */
export function dataPlaneOfSelected(
  world: World,
  {
    ref,
    selector,
    services,
  }: { readonly ref: ObjectRef; readonly selector: Labels; readonly services: readonly Service[] },
): DataPlane {
  const { namespace } = ref;
  return dataPlaneOf(world, { namespace, pods: selectPods(world, namespace, selector), services });
}

/** Told from the pods; while there are none, from the labels of the namespace. */
export function dataPlaneOf(world: World, { namespace, pods, services }: Workload): DataPlane {
  const planes =
    pods.length === 0 ? [namespacePlane(world, namespace)] : pods.map(({ dataPlane }) => dataPlane);
  if (planes.includes('sidecar')) {
    return { kind: 'sidecar', pods: pods.length, bare: planes.filter((plane) => plane !== 'sidecar').length };
  }
  if (!planes.includes('ambient')) return { kind: 'none', pods: pods.length };
  return { kind: 'ambient', ...waypointsOf(world, namespace, services) };
}

function namespacePlane(world: World, name: string): DataPlane['kind'] {
  const labels = world.namespaces.get({ namespace: '', name })?.labels ?? {};
  if (labels['istio.io/dataplane-mode'] === 'ambient') return 'ambient';
  return labels['istio-injection'] === 'enabled' || labels['istio.io/rev'] ? 'sidecar' : 'none';
}

function waypointsOf(
  world: World,
  namespace: string,
  services: readonly Service[],
): Omit<Extract<DataPlane, { kind: 'ambient' }>, 'kind'> {
  const namespaceLabels = world.namespaces.get({ namespace: '', name: namespace })?.labels ?? {};
  const waypoints = new Map<string, { gateway: ObjectRef; services: Service[] }>();
  const without: string[] = [];
  for (const service of services) {
    const gateway = gatewayOf(service.labels, namespace) ?? gatewayOf(namespaceLabels, namespace);
    if (gateway === undefined || gateway === 'none') {
      without.push(service.ref.name);
      continue;
    }
    const key = `${gateway.namespace}/${gateway.name}`;
    const known = waypoints.get(key) ?? { gateway, services: [] };
    known.services.push(service);
    waypoints.set(key, known);
  }
  const sorted = [...waypoints].sort(([a], [b]) => compareText(a, b)).map(([, waypoint]) => waypoint);
  return { waypoints: sorted, without };
}

/** `none` where the labels say that no waypoint is to be used; undefined where they say nothing. */
function gatewayOf(labels: Labels, namespace: string): ObjectRef | 'none' | undefined {
  const name = labels[USE_WAYPOINT_LABEL];
  if (name === undefined || name === '') return undefined;
  return name === 'none' ? 'none' : { namespace: labels[USE_WAYPOINT_NAMESPACE_LABEL] ?? namespace, name };
}
