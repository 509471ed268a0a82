import type { RegistryRef } from './attachment.js';

/**
 * - `tool-call`: namespace and registry are known, and the tool, unless none was named: then only what is said of the
 *   registry as a whole applies, and no allowlist holds it.
 * - `mcp-message`: a message of the protocol that calls no tool (initialize, tools/list); passes.
 * - `unmatched`: no tool call (no namespace or registry, or nothing that could name a tool): configuration decides.
 * - `unnamed`: `unmatched`, unless one of these registries is called by MCP messages: then the body, which can't be read,
 *   may name a tool.
 * - `unknown-tool`: a registry is named and the tool's name may be in a body that can't be read: every policy of that
 *   registry counts as failed.
 * - `ambiguous`: two values for one thing (doubled header, header against MCP name), an MCP batch, or a name that the
 *   attachment or the caller's identity contradicts: refused.
 */
export type CallShape =
  | { readonly kind: 'tool-call' | 'mcp-message' | 'unmatched' | 'unknown-tool' }
  | { readonly kind: 'unnamed'; readonly registries: readonly RegistryRef[] }
  | AmbiguousCall;

export interface AmbiguousCall {
  readonly kind: 'ambiguous';
  readonly rule: string;
  readonly message: string;
}

export function ambiguous(rule: string, message: string): AmbiguousCall {
  return { kind: 'ambiguous', rule, message };
}
