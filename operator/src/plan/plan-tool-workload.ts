import {
  EXT_AUTHZ_CLUSTER,
  EXT_AUTHZ_FILTER,
  extAuthzCluster,
  extAuthzContext,
  PRINCIPAL_METADATA_KEY,
  REGISTRIES_CONTEXT_KEY,
  REGISTRIES_METADATA_KEY,
  toolCallFilters,
  type NamedExtension,
} from '@omnia-policy/envoy';
import type { ObjectRef } from '@omnia-policy/kube';
import { workloadNeeds, type JsonObject } from '@omnia-policy/policy';
import {
  clusterPatch,
  envoyFilter,
  httpFilterPatch,
  perRoutePatch,
  type Chains,
} from '../istio/envoy-filter.js';
import type { Owner } from '../istio/metadata.js';
import { objectName, ownerText } from '../istio/names.js';
import type { World } from '../model/world.js';
import { claimsPlugin } from './claims-plugin.js';
import { dataPlaneOfSelected, type Waypoint } from './data-plane.js';
import type { DesiredObject, Plan } from './plan.js';
import type { PlanSettings } from './settings.js';
import { registriesText, toolWorkloads, type ToolWorkload } from './tool-workload.js';
import { trustedPeers } from './trusted-peers.js';
import { targetPorts, workloadPorts, type WorkloadPorts } from './workload-ports.js';

/** The peer of a request that came through a tunnel: this ends in another listener, which leaves its identity here. */
const TUNNEL_PEER = '%FILTER_STATE(io.istio.peer_principal:PLAIN)%';

/**
 * What makes the proxies in front of a tool workload ask ext-authz. Depends on the ToolRegistries, the Services and Pods of
 * their handlers, the agents of their namespaces, and the policies of both.
 *
 * @param ref of the first of the workload's Services; for any other, nothing is planned
 */
export function planToolWorkload(world: World, ref: ObjectRef, settings: PlanSettings): Plan {
  const workload = toolWorkloads(world).find(
    (one) => one.ref.namespace === ref.namespace && one.ref.name === ref.name,
  );
  if (workload === undefined) return { objects: [] };
  const guarded = { world, workload, settings, ports: workloadPorts(world, workload) };
  const plane = dataPlaneOfSelected(world, workload);
  if (plane.kind !== 'ambient') return { objects: sidecarObjects(guarded) };
  return { objects: plane.waypoints.flatMap((waypoint) => waypointObjects(guarded, waypoint)) };
}

interface Guarded {
  readonly world: World;
  readonly workload: ToolWorkload;
  readonly settings: PlanSettings;
  readonly ports: WorkloadPorts;
}

/** Also for pods without a proxy: one that is added later has its filters from the start. */
function sidecarObjects(guarded: Guarded): DesiredObject[] {
  const { workload, settings, ports } = guarded;
  const { ref, selector, registries } = workload;
  const known = targetPorts(ports) ?? [];
  const target = { kind: 'pods', labels: selector } as const;
  const name = { namespace: ref.namespace, name: objectName(['tools', ref.name]) };
  const context = extAuthzContext({ [REGISTRIES_CONTEXT_KEY]: registriesText(registries) });
  const patches = [
    clusterPatch(clusterOf(settings)),
    ...sidecarFilterPatches(guarded, known),
    perRoutePatch(EXT_AUTHZ_FILTER, context),
  ];
  const owner = ownerOf(workload);
  return [
    envoyFilter(name, owner, { target, patches }),
    ...claimsPlugin(name, owner, { target, settings, ports: known, claims: toolClaims(guarded) }),
  ];
}

/** Agents without a sidecar come through tunnels where the mesh has both modes. */
function sidecarFilterPatches(guarded: Guarded, ports: readonly number[]): JsonObject[] {
  const tunnelled = toolFilters(guarded, { [PRINCIPAL_METADATA_KEY]: TUNNEL_PEER });
  // Too many rather than none: while the ports can't be told, every chain has the filters.
  if (ports.length === 0) return filterPatches(tunnelled, [{ kind: 'all' }]);
  const chainsOf = (kind: 'port' | 'tunnelled-port'): Chains[] => ports.map((port) => ({ kind, port }));
  return [
    ...filterPatches(toolFilters(guarded, {}), chainsOf('port')),
    ...filterPatches(tunnelled, chainsOf('tunnelled-port')),
  ];
}

/** Only the chains of the workload's own Services: a waypoint serves others, too. */
function waypointObjects(guarded: Guarded, { gateway, services }: Waypoint): DesiredObject[] {
  const { workload, settings, ports } = guarded;
  const { ref, registries } = workload;
  const chains = services.flatMap((service) =>
    ports.http
      .filter((port) => port.service === service.ref.name)
      .map(({ port }): Chains => ({ kind: 'service', port, host: hostOf(service.ref, settings) })),
  );
  if (chains.length === 0) return [];
  const name = {
    namespace: gateway.namespace,
    name: objectName(['tools', ref.name], `${ref.namespace}/${gateway.name}`),
  };
  const target = { kind: 'gateway', name: gateway.name } as const;
  const filters = toolFilters(guarded, {
    [REGISTRIES_METADATA_KEY]: registriesText(registries),
    [PRINCIPAL_METADATA_KEY]: TUNNEL_PEER,
  });
  const patches = [clusterPatch(clusterOf(settings)), ...filterPatches(filters, chains)];
  const owner = ownerOf(workload);
  return [
    envoyFilter(name, owner, { target, patches }),
    ...claimsPlugin({ ...name, namespace: ref.namespace }, owner, {
      target: { kind: 'services', names: services.map((service) => service.ref.name) },
      settings,
      ports: [],
      claims: toolClaims(guarded),
    }),
  ];
}

/** In each chain they must stand in their order. */
function filterPatches(filters: readonly NamedExtension[], chains: readonly Chains[]): JsonObject[] {
  return chains.flatMap((chain) => filters.map((filter) => httpFilterPatch(filter, chain)));
}

function toolFilters(
  guarded: Guarded,
  metadata: Readonly<Record<string, string>>,
): readonly NamedExtension[] {
  const { world, workload, settings } = guarded;
  const { timeoutMs, maxRequestBytes } = settings.extAuthz;
  const { inlineBase64, oci } = settings.wasmModule;
  const filters = toolCallFilters(workloadNeeds(world.policySet, workload.registries), {
    wasmModule: { inlineBase64 },
    claims: toolClaims(guarded),
    extAuthz: { cluster: EXT_AUTHZ_CLUSTER, timeoutMs, maxRequestBytes, metadata },
  });
  return oci === undefined ? filters : filters.slice(1);
}

function toolClaims({ world, workload, settings }: Guarded): { readonly trustedPeers: readonly string[] } {
  return { trustedPeers: trustedPeers(world, workload, settings).peers };
}

function clusterOf({ extAuthz }: PlanSettings): JsonObject {
  return extAuthzCluster({ host: extAuthz.host, port: extAuthz.port }, extAuthz.dnsLookupFamily);
}

/** The name that Istio gives a Service. */
export function hostOf(
  { namespace, name }: ObjectRef,
  { clusterDomain = 'cluster.local' }: PlanSettings,
): string {
  return `${name}.${namespace}.svc.${clusterDomain}`;
}

function ownerOf({ ref }: ToolWorkload): Owner {
  return { text: ownerText('ToolWorkload', ref) };
}
