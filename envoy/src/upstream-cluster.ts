import type { JsonObject } from '@omnia-policy/policy';
import { isIpAddress, socketAddress } from './address.js';
import { ampleThreshold } from './ext-authz-cluster.js';
import { UPSTREAM_CLUSTER } from './names.js';
import { duration, typedConfig } from './typed-config.js';
import type { Upstream } from './upstream.js';

const CONNECT_TIMEOUT_MS = 5000;

/** The cluster of the tool service. */
export function upstreamCluster(upstream: Upstream): JsonObject {
  return {
    name: UPSTREAM_CLUSTER,
    ...(isIpAddress(upstream.host) ? { type: 'STATIC' } : { type: 'STRICT_DNS', dns_lookup_family: 'ALL' }),
    connect_timeout: duration(CONNECT_TIMEOUT_MS),
    circuit_breakers: { thresholds: [ampleThreshold] },
    ...(upstream.protocol === 'http2' ? { typed_extension_protocol_options: http2Options } : {}),
    ...(upstream.tls === undefined
      ? {}
      : { transport_socket: tlsSocket(upstream, upstream.tls.trustedCaFile) }),
    load_assignment: {
      cluster_name: UPSTREAM_CLUSTER,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(upstream) } }] }],
    },
  };
}

const http2Options: JsonObject = {
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typedConfig(
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
    { explicit_http_config: { http2_protocol_options: {} } },
  ),
};

/** Verifies the chain and the name; Envoy does neither unless told to. */
function tlsSocket(upstream: Upstream, trustedCaFile: string): JsonObject {
  const named = !isIpAddress(upstream.host);
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: typedConfig('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
      ...(named ? { sni: upstream.host } : {}),
      common_tls_context: {
        alpn_protocols: [upstream.protocol === 'http2' ? 'h2' : 'http/1.1'],
        validation_context: {
          trusted_ca: { filename: trustedCaFile },
          match_typed_subject_alt_names: [
            { san_type: named ? 'DNS' : 'IP_ADDRESS', matcher: { exact: upstream.host } },
          ],
        },
      },
    }),
  };
}
