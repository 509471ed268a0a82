import type { JsonObject } from '@omnia-policy/policy';
import { earlyHeaderStrip } from './early-header-strip.js';
import { duration, typedConfig } from './typed-config.js';

export interface HttpConnectionManagerSettings {
  /** In order, without the router. */
  readonly filters: readonly JsonObject[];
  readonly routes: JsonObject;
}

/** Time to receive a request's headers, and all of it. The answer may take as long as it likes (SSE). */
const REQUEST_HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const STREAM_IDLE_TIMEOUT_MS = 300_000;
const CONNECTION_IDLE_TIMEOUT_MS = 3_600_000;
const MAX_REQUEST_HEADERS_KB = 60;
const MAX_REQUEST_HEADERS = 100;

/** The network filter that speaks HTTP with the agents. Treats every client as untrusted. */
export function httpConnectionManager(settings: HttpConnectionManagerSettings): JsonObject {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: typedConfig(
      'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      {
        stat_prefix: 'omnia',
        use_remote_address: true,
        ...limits,
        ...onePathSpelling,
        early_header_mutation_extensions: [earlyHeaderStrip()],
        http_filters: [...settings.filters, router],
        route_config: settings.routes,
      },
    ),
  };
}

const limits: JsonObject = {
  request_headers_timeout: duration(REQUEST_HEADERS_TIMEOUT_MS),
  request_timeout: duration(REQUEST_TIMEOUT_MS),
  stream_idle_timeout: duration(STREAM_IDLE_TIMEOUT_MS),
  max_request_headers_kb: MAX_REQUEST_HEADERS_KB,
  common_http_protocol_options: {
    idle_timeout: duration(CONNECTION_IDLE_TIMEOUT_MS),
    max_headers_count: MAX_REQUEST_HEADERS,
    // Many servers read x_omnia_claim_team as x-omnia-claim-team.
    headers_with_underscores_action: 'DROP_HEADER',
  },
  http2_protocol_options: {
    max_concurrent_streams: 100,
    initial_stream_window_size: 65_536,
    initial_connection_window_size: 1_048_576,
  },
};

/** Policies and the tool service must see the same path; an escaped slash is read either way, so it is refused. */
const onePathSpelling: JsonObject = {
  normalize_path: true,
  merge_slashes: true,
  path_with_escaped_slashes_action: 'REJECT_REQUEST',
};

const router: JsonObject = {
  name: 'envoy.filters.http.router',
  typed_config: typedConfig('envoy.extensions.filters.http.router.v3.Router', {
    suppress_envoy_headers: true,
  }),
};
