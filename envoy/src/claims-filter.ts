import type { ClaimMapping, JsonObject } from '@omnia-policy/policy';
import { CLAIMS_FILTER, JWT_METADATA_KEY, JWT_METADATA_NAMESPACE } from './names.js';
import type { NamedExtension } from './typed-config.js';
import { wasmFilter } from './wasm-filter.js';
import type { WasmModule } from './wasm-module.js';

/** A longer value is dropped, not cut: a cut one could mean something else. */
const MAX_CLAIM_VALUE_BYTES = 4096;

/** Removes forged claim headers and writes the mapped claims of the verified token. Must come before ext_authz. */
export function claimsFilter(mappings: readonly ClaimMapping[], module: WasmModule): NamedExtension {
  return wasmFilter(CLAIMS_FILTER, module, {
    role: 'claims',
    jwt: { namespace: JWT_METADATA_NAMESPACE, key: JWT_METADATA_KEY },
    mappings: mappings.map(mappingJson),
    maxValueBytes: MAX_CLAIM_VALUE_BYTES,
  });
}

function mappingJson(mapping: ClaimMapping): JsonObject {
  return {
    namespace: mapping.namespace,
    agents: mapping.agents,
    claims: mapping.claims.map(({ claim, header }) => ({ claim, header })),
  };
}
