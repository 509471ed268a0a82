import type { ToolCall } from './call/tool-call.js';
import type { Decision, Finding } from './decision.js';

/** How a refused MCP request is answered; what is no MCP request with an id always gets the plain 403. */
export type McpDenial = 'tool-result' | 'json-rpc-error' | 'http';

export interface DenialResponse {
  readonly status: number;
  readonly contentType: 'application/json';
  readonly body: string;
}

/** Implementation-defined server error (JSON-RPC 2.0 section 5.1 leaves -32000 to -32099 to servers). */
const POLICY_DENIED = -32001;

/**
 * The answer to a refused call. Plain: 403 and exactly `{"error":"policy_denied","rule":…,"message":…}`. To an MCP
 * request with an id: 200 and a JSON-RPC message, because MCP clients take an HTTP error for a broken transport; as a
 * tool result with isError, which only a tools/call can have, the model itself can read why. A notification has no answer in JSON-RPC: plain 403.
 */
export function denialResponse(decision: Decision, call: ToolCall, mcpDenial: McpDenial): DenialResponse {
  const denied = denialBody(decision.denial);
  const id = call.mcp?.id;
  if (mcpDenial === 'http' || id === undefined || id === null) return json(403, denied);
  if (mcpDenial === 'tool-result' && call.mcp?.tool !== undefined) {
    const content = [{ type: 'text', text: JSON.stringify(denied) }];
    return json(200, { jsonrpc: '2.0', id, result: { content, isError: true } });
  }
  const error = { code: POLICY_DENIED, message: denied.message, data: denied };
  return json(200, { jsonrpc: '2.0', id, error });
}

function denialBody(denial: Finding | undefined): { error: string; rule: string; message: string } {
  return { error: 'policy_denied', rule: denial?.rule ?? '', message: denial?.message ?? '' };
}

function json(status: number, body: unknown): DenialResponse {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}
