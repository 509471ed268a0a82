import {
  claimsFilter,
  EXT_AUTHZ_CLUSTER,
  EXT_AUTHZ_FILTER,
  extAuthzCluster,
  extAuthzContext,
  jwtAuthnFilter,
  PRINCIPAL_METADATA_KEY,
  REGISTRIES_CONTEXT_KEY,
  REGISTRIES_METADATA_KEY,
  toolCallFilters,
  UPSTREAM_CLUSTER,
  upstreamCluster,
  type JwtSettings,
} from '@omnia-policy/envoy';
import type { JsonObject } from '@omnia-policy/policy';

const TYPES = 'type.googleapis.com';
const ENVOY = `${TYPES}/envoy.extensions`;

/** Ports of 127.0.0.1, by what stands there. */
export interface MeshPorts {
  readonly admin: number;
  /** The tool's proxy: clients must show a certificate. */
  readonly mtls: number;
  /** The same where they may leave it out. */
  readonly optional: number;
  /** The same without TLS, as behind the end of a tunnel that has left the peer's identity. */
  readonly tunnel: number;
  /** An agent's proxy, which knows the agent by its label. */
  readonly agent: number;
  readonly tools: number;
  readonly extAuthz: number;
}

export interface MeshSettings {
  readonly ports: MeshPorts;
  /** Paths of PEM files. */
  readonly files: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly wasmModule: string;
  /** SPIFFE ids. */
  readonly trustedPeers: readonly string[];
  /** `namespace/name`, joined with `,`. */
  readonly registries: string;
  readonly tunnelPeer: string;
  readonly label: { readonly name: string; readonly value: string };
  readonly jwt: JwtSettings;
}

/** One Envoy with the listeners of a mesh's proxies, with our filters as they stand in them. */
export function meshBootstrap(settings: MeshSettings): JsonObject {
  const { ports, label } = settings;
  const tools = { host: '127.0.0.1', port: ports.tools, protocol: 'http1' } as const;
  return {
    node: { id: 'n', cluster: 'c', metadata: { LABELS: { [label.name]: label.value, other: 'x' } } },
    admin: { address: address(ports.admin) },
    static_resources: {
      listeners: [
        listener('mtls', ports.mtls, { ...toolChain(settings), ...tls(settings, true) }),
        listener('optional', ports.optional, { ...toolChain(settings), ...tls(settings, false) }),
        listener('tunnel', ports.tunnel, tunnelChain(settings)),
        listener('agent', ports.agent, agentChain(settings)),
      ],
      clusters: [extAuthzCluster({ host: '127.0.0.1', port: ports.extAuthz }), upstreamCluster(tools)],
    },
  };
}

function listener(name: string, port: number, chain: JsonObject): JsonObject {
  return { name, address: address(port), filter_chains: [chain] };
}

function address(port: number): JsonObject {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function toolChain(settings: MeshSettings): JsonObject {
  const context = extAuthzContext({ [REGISTRIES_CONTEXT_KEY]: settings.registries });
  return { filters: [connectionManager(toolFilters(settings, {}), { [EXT_AUTHZ_FILTER]: context })] };
}

function toolFilters(
  { wasmModule, trustedPeers }: MeshSettings,
  metadata: Record<string, string>,
): JsonObject[] {
  const needs = { readsBody: false, failOpen: false, claimMappings: [], injectedHeaders: [] };
  return [
    ...toolCallFilters(needs, {
      wasmModule: { filename: wasmModule },
      claims: { trustedPeers },
      extAuthz: { cluster: EXT_AUTHZ_CLUSTER, timeoutMs: 2000, maxRequestBytes: 1024, metadata },
    }),
  ];
}

const PEER = 'io.istio.peer_principal';

function tunnelChain(settings: MeshSettings): JsonObject {
  const format = { text_format_source: { inline_string: settings.tunnelPeer } };
  const leavePeer: JsonObject = {
    name: 'peer',
    typed_config: {
      '@type': `${ENVOY}.filters.network.set_filter_state.v3.Config`,
      on_new_connection: [{ object_key: PEER, factory_key: 'envoy.string', format_string: format }],
    },
  };
  const filters = toolFilters(settings, {
    [PRINCIPAL_METADATA_KEY]: `%FILTER_STATE(${PEER}:PLAIN)%`,
    [REGISTRIES_METADATA_KEY]: settings.registries,
  });
  return { filters: [leavePeer, connectionManager(filters, {})] };
}

function agentChain({ wasmModule, label, jwt }: MeshSettings): JsonObject {
  const mapping = (header: string, agents: readonly string[]) => ({
    agents,
    claims: [{ claim: 'team', header: `X-Omnia-Claim-${header}` }],
  });
  const mappings = [mapping('All', []), mapping('Own', [label.value]), mapping('Other', ['other-agent'])];
  const claims = claimsFilter(mappings, { filename: wasmModule }, { agentLabel: label.name });
  return { filters: [connectionManager([jwtAuthnFilter(jwt), claims], {})] };
}

function connectionManager(filters: readonly JsonObject[], perFilter: JsonObject): JsonObject {
  const router: JsonObject = {
    name: 'envoy.filters.http.router',
    typed_config: { '@type': `${ENVOY}.filters.http.router.v3.Router` },
  };
  const host: JsonObject = {
    ...{ name: 'tools', domains: ['*'] },
    routes: [{ match: { prefix: '/' }, route: { cluster: UPSTREAM_CLUSTER } }],
    typed_per_filter_config: perFilter,
  };
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${ENVOY}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 's',
      http_filters: [...filters, router],
      route_config: { virtual_hosts: [host] },
    },
  };
}

function tls({ files }: MeshSettings, isRequired: boolean): JsonObject {
  return {
    transport_socket: {
      name: 'envoy.transport_sockets.tls',
      typed_config: {
        '@type': `${ENVOY}.transport_sockets.tls.v3.DownstreamTlsContext`,
        require_client_certificate: isRequired,
        common_tls_context: {
          tls_certificates: [
            { certificate_chain: { filename: files.cert }, private_key: { filename: files.key } },
          ],
          validation_context: { trusted_ca: { filename: files.ca } },
        },
      },
    },
  };
}
