import {
  claimsFilter,
  DECISION_METADATA_KEY,
  DECISION_METADATA_NAMESPACE,
  httpConnectionManager,
  injectFilter,
  jwtAuthnFilter,
  type Address,
  type JwtSettings,
  type NamedExtension,
  type WasmModule,
} from '@omnia-policy/envoy';
import type { JsonObject, MeshNeeds } from '@omnia-policy/policy';
import { answeringBootstrap, answersByItself } from '../chain/answering-envoy.js';

export interface SoakEnvoy {
  readonly listen: Address;
  readonly admin: Address;
  readonly jwt: JwtSettings;
  readonly wasmModule: WasmModule;
  readonly needs: MeshNeeds;
}

/** What the inject role writes into every call. */
export const INJECTED = { name: 'x-processed-by', value: 'support' };
export const CLAIM_HEADER = 'x-omnia-claim-team';

/** An Envoy with both roles of the filter and no policy service: each call carries the same decision. */
export function soakBootstrap({ listen, admin, jwt, wasmModule, needs }: SoakEnvoy): JsonObject {
  const manager = httpConnectionManager({
    filters: [
      jwtAuthnFilter(jwt),
      claimsFilter(needs.claimMappings, wasmModule),
      decided,
      injectFilter(needs.injectedHeaders, wasmModule),
    ],
    routes: answersByItself([CLAIM_HEADER, INJECTED.name]),
  });
  return answeringBootstrap({ listen, admin, manager: withoutEarlyStrip(manager), clusters: [] });
}

/** In the place of ext_authz, what that leaves behind. */
const decided: NamedExtension = {
  name: 'bench.decided',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.set_metadata.v3.Config',
    metadata: [
      {
        metadata_namespace: DECISION_METADATA_NAMESPACE,
        value: {
          [DECISION_METADATA_KEY]: JSON.stringify({
            remove: [INJECTED.name],
            set: [[INJECTED.name, INJECTED.value]],
          }),
        },
      },
    ],
  },
};

/** Forged headers are to reach the filter, which is to remove them. */
function withoutEarlyStrip(manager: JsonObject): JsonObject {
  const configuration = manager.typed_config as JsonObject;
  return { ...manager, typed_config: { ...configuration, early_header_mutation_extensions: [] } };
}
