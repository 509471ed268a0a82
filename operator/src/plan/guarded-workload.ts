import { refText } from '@omnia-policy/kube';
import type { ToolRegistry } from '../model/objects.js';
import { REGISTRIES_FROM_ANNOTATION } from '../model/project-service.js';
import type { World } from '../model/world.js';
import { workloadAttachment, type AttachmentReason } from './attachment-findings.js';
import { countText, listText, type Finding } from './condition.js';
import { dataPlaneOfSelected } from './data-plane.js';
import { distinctTexts } from './order.js';
import { isSelected, selectPods } from './select-pods.js';
import type { PlanSettings } from './settings.js';
import { isOpenTo, serviceOfHandler, type ToolWorkload } from './tool-workload.js';
import { workloadPorts } from './workload-ports.js';
import type { ObjectRef } from '@omnia-policy/kube';

export type GuardReason =
  AttachmentReason | 'NoProxy' | 'NoHttpPort' | 'OverlappingServices' | 'CustomProvider';

/** What keeps the proxies of a workload from enforcing policies; nothing when all is well. */
export function guardFindings(
  world: World,
  workload: ToolWorkload,
  settings: PlanSettings,
): readonly Finding<GuardReason>[] {
  return [
    ...workloadAttachment(world, workload),
    ...proxyFindings(world, workload),
    ...portFindings(world, workload),
    ...overlapFindings(world, workload),
    ...customFindings(world, workload, settings),
  ];
}

function proxyFindings(world: World, workload: ToolWorkload): Finding<'NoProxy'>[] {
  const { namespace } = workload.ref;
  const plane = dataPlaneOfSelected(world, workload);
  const name = `tool workload ${refText(workload.ref)}`;
  if (plane.kind === 'none') {
    const mend = `label the namespace istio-injection=enabled and restart the pods, or use a waypoint`;
    return [{ reason: 'NoProxy', message: `no proxy stands in front of ${name}: ${mend}` }];
  }
  if (plane.kind === 'sidecar') {
    if (plane.bare === 0) return [];
    const bare = `${String(plane.bare)} of ${countText(plane.pods, 'pod')} of ${name}`;
    return [{ reason: 'NoProxy', message: `${bare} run without a sidecar: restart them` }];
  }
  if (plane.without.length === 0) return [];
  const services = listText(plane.without);
  const mend = 'label it istio.io/use-waypoint=<gateway>, or its namespace';
  return [
    {
      reason: 'NoProxy',
      message: `no waypoint stands in front of Service ${services} in ${namespace}: ${mend}`,
    },
  ];
}

function portFindings(world: World, workload: ToolWorkload): Finding<'NoHttpPort'>[] {
  const { unusable } = workloadPorts(world, workload);
  if (unusable.length === 0) return [];
  const ports = `${listText(unusable)} in namespace ${workload.ref.namespace}`;
  const mend = 'set appProtocol: http on the port of the Service, or mend the port in the ToolRegistry';
  return [{ reason: 'NoHttpPort', message: `the proxy does not look into requests to ${ports}: ${mend}` }];
}

/** Waypoints tell the calls of one Service from those of another; a sidecar has the filters of both. */
function overlapFindings(world: World, workload: ToolWorkload): Finding<'OverlappingServices'>[] {
  const { ref, overlaps } = workload;
  if (overlaps.length === 0 || dataPlaneOfSelected(world, workload).kind === 'ambient') return [];
  const what = `tool workload ${refText(ref)} shares pods with ${listText(overlaps)}`;
  const means = 'calls to them are judged twice, each time by the policies of all their registries';
  const mend = 'give the Services the same selector, or pods of their own';
  return [{ reason: 'OverlappingServices', message: `${what}: ${means}; ${mend}` }];
}

/** Istio runs CUSTOM before everything else, so before claims are verified and before our filters. */
function customFindings(
  world: World,
  { ref, selector, services }: ToolWorkload,
  { istioRootNamespace = 'istio-system' }: PlanSettings,
): Finding<'CustomProvider'>[] {
  const pods = selectPods(world, ref.namespace, selector).map(({ labels }) => labels);
  const custom = [ref.namespace, istioRootNamespace]
    .flatMap((namespace) => world.foreignAuthorizations.inNamespace(namespace))
    .filter(({ action }) => action === 'CUSTOM')
    .filter(({ selector: chosen, targets }) =>
      targets.length > 0
        ? targets.some(
            ({ kind, name }) => kind === 'Service' && services.some((one) => one.ref.name === name),
          )
        : chosen === undefined || [selector, ...pods].some((labels) => isSelected(labels, chosen)),
    );
  if (custom.length === 0) return [];
  const names = listText(custom.map((policy) => refText(policy.ref)));
  const means =
    'its provider answers first: it sees requests before claims are verified, and those it refuses never get to the policies here';
  const mend = 'limit it to other ports or paths, or remove it';
  const message = `AuthorizationPolicy ${names} (action CUSTOM) is in front of ${refText(ref)}: ${means}; ${mend}`;
  return [{ reason: 'CustomProvider', message }];
}

/** Why a registry's tools are served by no workload of the cluster; undefined when they are. */
export function unservedText(world: World, registry: ObjectRef): string | undefined {
  const found = world.toolRegistries.get(registry);
  if (found === undefined)
    return `there is no ToolRegistry "${registry.name}" in namespace ${registry.namespace}`;
  const closed = distinctTexts(closedServices(world, found));
  if (closed.length > 0) {
    const mend = `annotate ${closed.length === 1 ? 'it' : 'each'} ${REGISTRIES_FROM_ANNOTATION}: ${registry.namespace}`;
    return `registries of namespace ${registry.namespace} may not name Service ${listText(closed)}: ${mend}`;
  }
  if (found.handlers.some((handler) => serviceOfHandler(world, found, handler) !== undefined))
    return undefined;
  const missing = found.handlers.flatMap(({ service, externalHost }) =>
    service === undefined || externalHost !== undefined ? [] : [`${service.namespace}/${service.name}`],
  );
  const why =
    missing.length > 0
      ? `there is no Service ${listText(missing)} that selects pods`
      : 'its handlers lead out of the cluster, or nowhere';
  const mend = 'name the Service in handlers[].service; tools outside of the cluster are not guarded';
  return `no workload serves registry "${registry.name}": ${why}; ${mend}`;
}

/** Services of other namespaces that a registry names, and that are not open to it. */
function closedServices(world: World, { ref, handlers }: ToolRegistry): readonly string[] {
  return handlers.flatMap(({ service }) => {
    const found = service && world.services.get({ namespace: service.namespace, name: service.name });
    return found === undefined || isOpenTo(found, ref.namespace) ? [] : [refText(found.ref)];
  });
}
