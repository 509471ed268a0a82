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
import { workloadNeeds } from '@omnia-policy/policy';
import { clusterPatch, httpFilterPatch, perRoutePatch, type Chains } from '../istio/envoy-filter.js';
import type { World } from '../model/world.js';
import type { PatchGroup } from './pack-patches.js';
import type { PlanSettings } from './settings.js';
import { registriesText, type ToolWorkload } from './tool-workload.js';
import { trustedPeers } from './trusted-peers.js';
import type { WorkloadPorts } from './workload-ports.js';

/** A tool workload with all that its patches follow from. */
export interface Guarded {
  readonly world: World;
  readonly workload: ToolWorkload;
  readonly settings: PlanSettings;
  readonly ports: WorkloadPorts;
}

/** The peer of a request that came through a tunnel: this ends in another listener, which leaves its identity here. */
const TUNNEL_PEER = '%FILTER_STATE(io.istio.peer_principal:PLAIN)%';

/**
 * Of the workload's own proxies. Agents without a sidecar come through tunnels where the mesh has both modes.
 *
 * @param ports where the pods listen; empty while that can't be told
 */
export function sidecarPatches(guarded: Guarded, ports: readonly number[]): readonly PatchGroup[] {
  const { registries } = guarded.workload;
  const context = extAuthzContext({ [REGISTRIES_CONTEXT_KEY]: registriesText(registries) });
  const tunnelled = toolFilters(guarded, { [PRINCIPAL_METADATA_KEY]: TUNNEL_PEER });
  const chainsOf = (kind: 'port' | 'tunnelled-port'): Chains[] => ports.map((port) => ({ kind, port }));
  return [
    [clusterOf(guarded), perRoutePatch(EXT_AUTHZ_FILTER, context)],
    ...filterPatches(toolFilters(guarded, {}), chainsOf('port')),
    // Too many rather than none: while the ports can't be told, every chain has the filters.
    ...filterPatches(tunnelled, ports.length === 0 ? [{ kind: 'all' }] : chainsOf('tunnelled-port')),
  ];
}

/** Of a waypoint, which has chains of others, too. */
export function waypointPatches(guarded: Guarded, chains: readonly Chains[]): readonly PatchGroup[] {
  const filters = toolFilters(guarded, {
    [REGISTRIES_METADATA_KEY]: registriesText(guarded.workload.registries),
    [PRINCIPAL_METADATA_KEY]: TUNNEL_PEER,
  });
  return [[clusterOf(guarded)], ...filterPatches(filters, chains)];
}

/** In each chain they must stand in their order. */
function filterPatches(filters: readonly NamedExtension[], chains: readonly Chains[]): readonly PatchGroup[] {
  return chains.map((chain) => filters.map((filter) => httpFilterPatch(filter, chain)));
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

export function toolClaims({ world, workload, settings }: Guarded): {
  readonly trustedPeers: readonly string[];
} {
  return { trustedPeers: trustedPeers(world, workload, settings).peers };
}

function clusterOf({ settings: { extAuthz } }: Guarded): PatchGroup[number] {
  const address = { host: extAuthz.host, port: extAuthz.port };
  return clusterPatch(extAuthzCluster(address, extAuthz.dnsLookupFamily));
}
