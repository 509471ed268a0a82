import type { JsonObject } from '@omnia-policy/policy';
import { CLAIM_HEADER_PREFIX } from './names.js';
import { typedConfig } from './typed-config.js';
import type { NamedExtension } from './typed-config.js';

/**
 * Headers that steer Envoy itself, for example x-envoy-upstream-rq-timeout-ms. Envoy removes them too, but only those
 * it knows, and only while no address counts as internal (measured: an empty `internal_address_config` makes all so).
 */
const CONTROL_HEADER_PREFIX = 'x-envoy-';

/**
 * Removes claim and control headers that a client sent, before routing and before any filter. Second line behind the claims filter:
 * it holds also while a wasm VM is being reloaded. Only for an Envoy that no trusted hop calls with claim headers.
 */
export function earlyHeaderStrip(): NamedExtension {
  return {
    name: 'envoy.http.early_header_mutation.header_mutation',
    typed_config: typedConfig(
      'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
      {
        mutations: [CLAIM_HEADER_PREFIX, CONTROL_HEADER_PREFIX].map(removePrefix),
      },
    ),
  };
}

function removePrefix(prefix: string): JsonObject {
  return { remove_on_match: { key_matcher: { prefix, ignore_case: true } } };
}
