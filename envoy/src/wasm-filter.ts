import type { JsonObject } from '@omnia-policy/policy';
import { duration, stringValue, typedConfig } from './typed-config.js';
import type { NamedExtension } from './typed-config.js';
import { wasmModuleSource } from './wasm-module.js';
import type { WasmModule } from './wasm-module.js';

export const WASM_FILTER_TYPE = 'envoy.extensions.filters.http.wasm.v3.Wasm';

/**
 * How long a worker whose VM trapped refuses calls before it gets a new VM. Envoy's default is a second; the module
 * loads in a few milliseconds, so a tenth is enough.
 */
const RELOAD_AFTER_MS = 100;

/**
 * A wasm filter that never lets a call pass unfiltered: after a trap the worker answers 503 until the VM is reloaded
 * (FAIL_RELOAD). With FAIL_OPEN forged claim headers reach the tool; with FAIL_CLOSED the worker refuses for good.
 */
export function wasmFilter(name: string, module: WasmModule, configuration: JsonObject): NamedExtension {
  return {
    name,
    typed_config: typedConfig(WASM_FILTER_TYPE, {
      config: {
        name,
        failure_policy: 'FAIL_RELOAD',
        reload_config: { backoff: { base_interval: duration(RELOAD_AFTER_MS) } },
        // Envoy shares one VM between filters with the same id and code, and a trap in it fails both.
        vm_config: {
          vm_id: name,
          runtime: 'envoy.wasm.runtime.v8',
          code: { local: wasmModuleSource(module) },
        },
        configuration: stringValue(JSON.stringify(configuration)),
      },
    }),
  };
}
