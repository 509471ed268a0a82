import type { RegistryRef } from './attachment.js';
import type { CallShape } from './call-shape.js';
import type { JsonObject } from './json.js';

/** The normal form of "an agent calls a tool", whatever protocol carried it. Immutable. */
export interface ToolCall {
  /** Kubernetes namespace of the registry: the claimed one in file mode, the attachment's in cluster mode. */
  readonly namespace: string;
  readonly registry: string;
  readonly tool: string;
  /** Name of the calling AgentRuntime; empty when none was named or, in cluster mode, when the caller is no agent. */
  readonly agent: string;
  /** Every agent that the caller may be, as far as its identity tells: the AgentPolicies of each of them hold. */
  readonly agents: readonly string[];
  /** Its identity is none of a workload of the mesh: it may be any agent, or none. */
  readonly isCallerUnknown: boolean;
  /** Kubernetes namespace of the calling agent: that of its identity in cluster mode, else the call's. */
  readonly agentNamespace: string;
  /** SPIFFE id that the peer's certificate proves; empty when unknown. */
  readonly principal: string;
  /** What the proxy's configuration says that is served where the call goes; empty where it says nothing. */
  readonly served: readonly RegistryRef[];
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
