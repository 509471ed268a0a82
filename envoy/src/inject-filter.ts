import { DECISION_METADATA_KEY, DECISION_METADATA_NAMESPACE, INJECT_FILTER } from './names.js';
import type { NamedExtension } from './typed-config.js';
import { wasmFilter } from './wasm-filter.js';
import type { WasmModule } from './wasm-module.js';

/**
 * Writes the header values that the decision carries. Must come after ext_authz.
 *
 * @param injectedHeaders lower-case names that some policy injects: incoming copies are removed also when there is no
 *   decision (ext-authz could not be reached and the policies say onFailure: allow).
 */
export function injectFilter(injectedHeaders: readonly string[], module: WasmModule): NamedExtension {
  return wasmFilter(INJECT_FILTER, module, {
    role: 'inject',
    decision: { namespace: DECISION_METADATA_NAMESPACE, key: DECISION_METADATA_KEY },
    removeWithoutDecision: injectedHeaders,
  });
}
