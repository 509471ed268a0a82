import type { ClaimMapping, JsonObject } from '@omnia-policy/policy';
import { CLAIMS_FILTER, JWT_METADATA_KEY, JWT_METADATA_NAMESPACE } from './names.js';
import type { NamedExtension } from './typed-config.js';
import { wasmFilter } from './wasm-filter.js';
import type { WasmModule } from './wasm-module.js';

/** A longer value is dropped, not cut: a cut one could mean something else. */
const MAX_CLAIM_VALUE_BYTES = 4096;

/** What a filter writes, and for which agents; without a namespace: whatever namespace the request says. */
export type FilterMapping = Omit<ClaimMapping, 'namespace'> & Partial<Pick<ClaimMapping, 'namespace'>>;

export interface ClaimsOptions {
  /** SPIFFE ids of the peers whose claim headers are kept. Absent: nobody's. */
  readonly trustedPeers?: readonly string[];
  /** The label of the proxy's own workload that holds the agent's name. Absent: the request's header does. */
  readonly agentLabel?: string;
}

/** Removes forged claim headers and writes the mapped claims of the verified token. Must come before ext_authz. */
export function claimsFilter(
  mappings: readonly FilterMapping[],
  module: WasmModule,
  options: ClaimsOptions = {},
): NamedExtension {
  return wasmFilter(CLAIMS_FILTER, module, claimsConfiguration(mappings, options));
}

/** The configuration of the module's claims role, for filters that are made otherwise than by {@link claimsFilter}. */
export function claimsConfiguration(
  mappings: readonly FilterMapping[],
  { trustedPeers, agentLabel }: ClaimsOptions = {},
): JsonObject {
  return {
    role: 'claims',
    jwt: { namespace: JWT_METADATA_NAMESPACE, key: JWT_METADATA_KEY },
    ...(trustedPeers === undefined ? {} : { trustedPeers }),
    ...(agentLabel === undefined ? {} : { agentFrom: { nodeLabel: agentLabel } }),
    mappings: mappings.map(mappingJson),
    maxValueBytes: MAX_CLAIM_VALUE_BYTES,
  };
}

function mappingJson(mapping: FilterMapping): JsonObject {
  return {
    ...(mapping.namespace === undefined ? {} : { namespace: mapping.namespace }),
    agents: mapping.agents,
    claims: mapping.claims.map(({ claim, header }) => ({ claim, header })),
  };
}
