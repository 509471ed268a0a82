import type { MeshNeeds } from '@omnia-policy/policy';
import { claimsFilter, type ClaimsOptions } from './claims-filter.js';
import { extAuthzFilter } from './ext-authz-filter.js';
import type { ExtAuthzSettings } from './ext-authz-filter.js';
import { injectFilter } from './inject-filter.js';
import type { NamedExtension } from './typed-config.js';
import type { WasmModule } from './wasm-module.js';

export interface ToolCallFilterSettings {
  readonly extAuthz: ExtAuthzSettings;
  readonly wasmModule: WasmModule;
  readonly claims?: ClaimsOptions;
}

/**
 * The filters that guard a tool service, in the only order that is safe: claims are written before they are judged,
 * and values are written after they were decided. They belong after jwt_authn and directly before the router.
 */
export function toolCallFilters(
  needs: MeshNeeds,
  settings: ToolCallFilterSettings,
): readonly NamedExtension[] {
  return [
    claimsFilter(needs.claimMappings, settings.wasmModule, settings.claims),
    extAuthzFilter(needs, settings.extAuthz),
    injectFilter(needs.injectedHeaders, settings.wasmModule),
  ];
}
