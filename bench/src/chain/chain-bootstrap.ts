import {
  claimsFilter,
  EXT_AUTHZ_CLUSTER,
  extAuthzCluster,
  extAuthzFilter,
  httpConnectionManager,
  injectFilter,
  jwtAuthnFilter,
  type Address,
  type JwtSettings,
  type NamedExtension,
  type WasmModule,
} from '@omnia-policy/envoy';
import type { JsonObject, MeshNeeds } from '@omnia-policy/policy';
import { answeringBootstrap, answersByItself } from './answering-envoy.js';

export interface ChainSettings {
  readonly listen: Address;
  readonly admin: Address;
  readonly jwt?: JwtSettings;
  /** Present: the claims filter is in the chain. */
  readonly claims?: WasmModule;
  /** Present: the ext_authz and inject filters are in the chain. */
  readonly extAuthz?: { readonly address: Address; readonly wasmModule: WasmModule };
  readonly needs: MeshNeeds;
}

/** Room above the largest body of the bench, so that none is cut. */
export const MAX_REQUEST_BYTES = 128 * 1024;
const DECISION_TIMEOUT_MS = 5000;

/** An Envoy with some of the filters, which answers by itself. */
export function chainBootstrap(settings: ChainSettings): JsonObject {
  const { listen, admin, extAuthz } = settings;
  const manager = httpConnectionManager({
    filters: [...filters(settings), wholeRequest],
    routes: answersByItself([]),
  });
  const clusters = extAuthz ? [extAuthzCluster(extAuthz.address)] : [];
  return answeringBootstrap({ listen, admin, manager, clusters });
}

function filters({ jwt, claims, extAuthz, needs }: ChainSettings): readonly NamedExtension[] {
  const settings = {
    cluster: EXT_AUTHZ_CLUSTER,
    timeoutMs: DECISION_TIMEOUT_MS,
    maxRequestBytes: MAX_REQUEST_BYTES,
  };
  return [
    ...(jwt ? [jwtAuthnFilter(jwt)] : []),
    ...(claims ? [claimsFilter(needs.claimMappings, claims)] : []),
    ...(extAuthz
      ? [extAuthzFilter(needs, settings), injectFilter(needs.injectedHeaders, extAuthz.wasmModule)]
      : []),
  ];
}

/**
 * In every variant the request is read to its end before it is answered: an answer that overtakes the body makes
 * Envoy close the connection, which would cost more than what is measured.
 */
const wholeRequest: JsonObject = {
  name: 'bench.whole_request',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer',
    max_request_bytes: MAX_REQUEST_BYTES,
  },
};
