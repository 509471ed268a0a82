import { ENVOY_FILTERS, type ObjectRef } from '@omnia-policy/kube';
import type { NamedExtension } from '@omnia-policy/envoy';
import type { JsonObject } from '@omnia-policy/policy';
import type { DesiredObject } from '../plan/plan.js';
import { emittedObject } from './emitted-object.js';
import type { Owner } from './metadata.js';
import { filterTarget, type Target } from './target.js';

/** Which of a proxy's filter chains for incoming requests. */
export type Chains =
  | { readonly kind: 'all' }
  /** A sidecar's, by the port that the workload listens on. */
  | { readonly kind: 'port'; readonly port: number }
  /** The same for what arrives through ambient mode's tunnels (HBONE), which end in a listener of their own. */
  | { readonly kind: 'tunnelled-port'; readonly port: number }
  /** A waypoint's, by the host and port of a Service. */
  | { readonly kind: 'service'; readonly host: string; readonly port: number };

/** Where tunnels have ended, in waypoints and sidecars; the CONNECTs that they are made of pass another listener. */
const TUNNELLED_LISTENER = 'main_internal';
const CONNECTION_MANAGER = 'envoy.filters.network.http_connection_manager';
const ROUTER = 'envoy.filters.http.router';

/** An EnvoyFilter for incoming requests. Patches of the same kind take effect in their order. */
export function envoyFilter(
  ref: ObjectRef,
  owner: Owner,
  { target, patches }: { readonly target: Target; readonly patches: readonly JsonObject[] },
): DesiredObject {
  return emittedObject(ENVOY_FILTERS, ref, {
    owner,
    spec: { ...filterTarget(target), configPatches: patches },
  });
}

/**
 * A filter before the router, which is always there: patches that are anchored on other filters silently do nothing
 * where these are absent.
 */
export function httpFilterPatch(filter: NamedExtension, chains: Chains): JsonObject {
  return {
    applyTo: 'HTTP_FILTER',
    match: { context: 'SIDECAR_INBOUND', listener: listenerMatch(chains) },
    patch: { operation: 'INSERT_BEFORE', value: filter },
  };
}

export function clusterPatch(cluster: JsonObject): JsonObject {
  return {
    applyTo: 'CLUSTER',
    match: { context: 'SIDECAR_INBOUND' },
    patch: { operation: 'ADD', value: cluster },
  };
}

/** Settings of one filter for all incoming requests of a sidecar. */
export function perRoutePatch(filterName: string, settings: JsonObject): JsonObject {
  return {
    applyTo: 'VIRTUAL_HOST',
    match: { context: 'SIDECAR_INBOUND' },
    patch: { operation: 'MERGE', value: { typed_per_filter_config: { [filterName]: settings } } },
  };
}

function listenerMatch(chains: Chains): JsonObject {
  const filter = { name: CONNECTION_MANAGER, subFilter: { name: ROUTER } };
  switch (chains.kind) {
    case 'all':
      return { filterChain: { filter } };
    case 'port':
      return { portNumber: chains.port, filterChain: { filter } };
    case 'tunnelled-port':
      return { name: TUNNELLED_LISTENER, filterChain: { destinationPort: chains.port, filter } };
    case 'service': {
      const name = `inbound-vip|${String(chains.port)}|http|${chains.host}`;
      return { name: TUNNELLED_LISTENER, filterChain: { name, filter } };
    }
  }
}
