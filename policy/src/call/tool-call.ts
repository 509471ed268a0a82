import type { JsonObject } from './json.js';

/** The normal form of "an agent calls a tool", whatever protocol carried it. Immutable. */
export interface ToolCall {
  /** Kubernetes namespace of the call: the claimed one in file mode, the destination's in cluster mode. */
  readonly namespace: string;
  readonly registry: string;
  readonly tool: string;
  /** Name of the calling AgentRuntime; empty when none was named. */
  readonly agent: string;
  /** Lower-case names. Several values of one name are joined with `,` as Envoy does. No pseudo headers. */
  readonly headers: ReadonlyMap<string, string>;
  readonly request: RequestLine;
  readonly identity: Identity;
  readonly body: CallBody;
  /** Present when the body is an MCP (JSON-RPC 2.0) message. */
  readonly mcp?: McpMessage;
  /** What keeps this request from being a well-formed tool call; see {@link CallShape}. */
  readonly shape: CallShape;
}

/**
 * - `tool-call`: namespace and registry are known, and the tool, unless none was named: then only what is said of the
 *   registry as a whole applies, and no allowlist holds it.
 * - `mcp-message`: a message of the protocol that calls no tool (initialize, tools/list); passes.
 * - `unmatched`: no tool call (no namespace or registry, or nothing that could name a tool): configuration decides.
 * - `unknown-tool`: a registry is named and the tool's name may be in a body that can't be read: every policy of that
 *   registry counts as failed.
 * - `ambiguous`: two values for one thing (doubled header, header against MCP name) or an MCP batch: refused.
 */
export type CallShape =
  | { readonly kind: 'tool-call' | 'mcp-message' | 'unmatched' | 'unknown-tool' }
  | { readonly kind: 'ambiguous'; readonly rule: string; readonly message: string };

export interface RequestLine {
  readonly method: string;
  /** Path with query, as the client sent it. */
  readonly path: string;
  readonly host: string;
}

/** CEL `identity`. Strings are empty when unknown. */
export interface Identity {
  readonly origin: string;
  /** `sub` of the JWT that Envoy verified on this hop. */
  readonly subject: string;
  /** `x-omnia-user-id` as the caller passed it on. */
  readonly endUser: string;
  readonly workspace: string;
  readonly agent: string;
  /** Values of the `x-omnia-claim-*` headers, keyed by the rest of the name in lower case, `-` as `_`. */
  readonly claims: ReadonlyMap<string, string>;
}

/** A JSON object, or the reason why there is none. */
export type CallBody =
  | { readonly state: 'object'; readonly value: JsonObject }
  | { readonly state: 'unreadable'; readonly reason: UnreadableReason };

export type UnreadableReason =
  | 'not-buffered'
  | 'truncated'
  | 'too-large'
  | 'too-deep'
  | 'duplicate-keys'
  | 'invalid-json'
  | 'invalid-form'
  | 'not-an-object'
  | 'unsupported-content-type';

export interface McpMessage {
  readonly method: string;
  /** JSON-RPC id; absent in a notification. */
  readonly id?: string | number | null;
  readonly tool?: string;
}
