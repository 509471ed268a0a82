import type { JsonObject } from '@omnia-policy/policy';
import { socketAddress } from './address.js';
import { discoveredFilter } from './config-discovery.js';
import { EXT_AUTHZ_FILTER_TYPE } from './ext-authz-filter.js';
import { extAuthzCluster } from './ext-authz-cluster.js';
import { httpConnectionManager } from './http-connection-manager.js';
import { jwtAuthnFilter } from './jwt-authn-filter.js';
import type { LocalRunSettings } from './local-run.js';
import { CLAIMS_FILTER, EXT_AUTHZ_FILTER, INJECT_FILTER } from './names.js';
import { oneCredentialFilter } from './one-credential-filter.js';
import { toolServiceRoutes } from './routes.js';
import { typedConfig } from './typed-config.js';
import { upstreamCluster } from './upstream-cluster.js';
import { WASM_FILTER_TYPE } from './wasm-filter.js';

const MIN_CONNECTION_BUFFER_BYTES = 1_048_576;
const MAX_DOWNSTREAM_CONNECTIONS = 10_000;

/** The bootstrap of a local run's Envoy. Holds nothing that follows the policies: that is in `localRunFiles`. */
export function bootstrap(settings: LocalRunSettings): JsonObject {
  return {
    node: { id: 'omnia-policy', cluster: 'omnia-policy' },
    admin: { address: socketAddress(settings.admin) },
    static_resources: {
      listeners: [listener(settings)],
      clusters: [extAuthzCluster(settings.extAuthz.address), upstreamCluster(settings.upstream)],
    },
    overload_manager: { resource_monitors: [connectionLimit] },
  };
}

function listener(settings: LocalRunSettings): JsonObject {
  const folder = settings.filterFolder;
  const manager = httpConnectionManager({
    filters: [
      oneCredentialFilter(),
      jwtAuthnFilter(settings.jwt),
      discoveredFilter(CLAIMS_FILTER, WASM_FILTER_TYPE, folder),
      discoveredFilter(EXT_AUTHZ_FILTER, EXT_AUTHZ_FILTER_TYPE, folder),
      discoveredFilter(INJECT_FILTER, WASM_FILTER_TYPE, folder),
    ],
    routes: toolServiceRoutes(settings.upstream),
  });
  return {
    name: 'tool-calls',
    address: socketAddress(settings.listen),
    // With SO_REUSEPORT, Envoy's default, a second run on this port would start and take half of the calls.
    enable_reuse_port: false,
    // The part of a body that ext-authz is to see must fit, whatever its limit.
    per_connection_buffer_limit_bytes: Math.max(
      MIN_CONNECTION_BUFFER_BYTES,
      2 * settings.extAuthz.maxRequestBytes,
    ),
    filter_chains: [{ filters: [manager] }],
  };
}

const connectionLimit: JsonObject = {
  name: 'envoy.resource_monitors.global_downstream_max_connections',
  typed_config: typedConfig(
    'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
    { max_active_downstream_connections: MAX_DOWNSTREAM_CONNECTIONS },
  ),
};
