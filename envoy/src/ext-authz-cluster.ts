import type { JsonObject } from '@omnia-policy/policy';
import { isIpAddress, socketAddress } from './address.js';
import type { Address } from './address.js';
import { EXT_AUTHZ_CLUSTER } from './names.js';
import { duration, typedConfig } from './typed-config.js';

/**
 * Loopback connects at once or not at all. No health checks: a refused connection fails the call within a millisecond,
 * and the first call after a restart connects again.
 */
const LOOPBACK_CONNECT_TIMEOUT_MS = 250;
const CONNECT_TIMEOUT_MS = 1000;
const DNS_REFRESH_MS = 5000;

/** More calls than this in flight on one connection open another, which may end at another worker of ext-authz. */
const MAX_STREAMS_PER_CONNECTION = 100;

/**
 * Envoy pings each connection; one whose worker does not answer (stopped, in an endless loop) is closed, and the next
 * call opens another, which ends at a worker that accepts. Without it all calls wait for that one worker for ever.
 */
const KEEPALIVE_INTERVAL_MS = 1000;
const KEEPALIVE_TIMEOUT_MS = 1000;

export type DnsLookupFamily = 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL';

/**
 * The cluster of ext-authz, without TLS: at an IP address beside Envoy, or by a DNS name that has the addresses of all
 * replicas.
 */
export function extAuthzCluster(address: Address, dnsLookupFamily: DnsLookupFamily = 'V4_ONLY'): JsonObject {
  return {
    name: EXT_AUTHZ_CLUSTER,
    ...(isIpAddress(address.host) ? besideEnvoy : byDnsName(dnsLookupFamily)),
    circuit_breakers: { thresholds: [ampleThreshold] },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typedConfig(
        'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        {
          explicit_http_config: {
            http2_protocol_options: {
              max_concurrent_streams: MAX_STREAMS_PER_CONNECTION,
              connection_keepalive: {
                interval: duration(KEEPALIVE_INTERVAL_MS),
                timeout: duration(KEEPALIVE_TIMEOUT_MS),
              },
            },
          },
        },
      ),
    },
    load_assignment: {
      cluster_name: EXT_AUTHZ_CLUSTER,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(address) } }] }],
    },
  };
}

const besideEnvoy: JsonObject = { type: 'STATIC', connect_timeout: duration(LOOPBACK_CONNECT_TIMEOUT_MS) };

/** A replica that is gone stays in DNS for some seconds: after two calls that could not reach it, it gets none. */
function byDnsName(dnsLookupFamily: DnsLookupFamily): JsonObject {
  return {
    type: 'STRICT_DNS',
    dns_lookup_family: dnsLookupFamily,
    dns_refresh_rate: duration(DNS_REFRESH_MS),
    connect_timeout: duration(CONNECT_TIMEOUT_MS),
    outlier_detection: {
      split_external_local_origin_errors: true,
      consecutive_local_origin_failure: 2,
      base_ejection_time: duration(DNS_REFRESH_MS),
      max_ejection_percent: 50,
    },
  };
}

/** Envoy's default of 1,024 would turn a burst of calls into refusals. */
export const ampleThreshold: JsonObject = {
  max_connections: 10_000,
  max_pending_requests: 10_000,
  max_requests: 10_000,
};
