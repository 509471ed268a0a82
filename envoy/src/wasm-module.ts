import type { JsonObject } from '@omnia-policy/policy';

/** Where Envoy gets the module: a file beside it, or the bytes in the configuration itself (base64). */
export type WasmModule = { readonly filename: string } | { readonly inlineBase64: string };

/** Envoy's `core.v3.DataSource`. */
export function wasmModuleSource(module: WasmModule): JsonObject {
  return 'filename' in module ? { filename: module.filename } : { inline_bytes: module.inlineBase64 };
}
