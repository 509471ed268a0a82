import { isList, isObject, type JsonObject, type JsonValue } from './json.js';
import type { McpMessage } from './tool-call.js';

/** What a readable JSON body is to MCP (JSON-RPC 2.0; Model Context Protocol, streamable HTTP). */
export type ReadMcp =
  | { readonly kind: 'none' }
  | { readonly kind: 'message'; readonly message: McpMessage }
  /** `arguments` is undefined when the call gives something else than an object. */
  | {
      readonly kind: 'call';
      readonly message: McpMessage & { tool: string };
      readonly arguments?: JsonObject;
    }
  | { readonly kind: 'refused'; readonly rule: string; readonly message: string };

const NONE: ReadMcp = { kind: 'none' };
const ENVELOPE = ['jsonrpc', 'method', 'params', 'id'];
const CALL = ['name', 'arguments'];

export function readMcp(body: JsonValue): ReadMcp {
  if (isList(body)) return body.some(looksLikeJsonRpc) ? BATCH : NONE;
  if (!isObject(body) || !looksLikeJsonRpc(body)) return NONE;
  if (hasMisspeltKey(body, ENVELOPE)) return invalid('a JSON-RPC key in another case');
  const { method, params, id } = body;
  if (method === undefined) return NONE;
  if (typeof method !== 'string') return invalid('method must be a text');
  if (id !== undefined && id !== null && typeof id !== 'string' && typeof id !== 'number') {
    return invalid('id must be a text or a number');
  }
  const message = { method, ...(id !== undefined && { id }) };
  return method === 'tools/call' ? readToolsCall(message, params) : { kind: 'message', message };
}

function readToolsCall(message: McpMessage, params: JsonValue | undefined): ReadMcp {
  if (!isObject(params)) return invalid('params must be an object with name and arguments');
  if (hasMisspeltKey(params, CALL)) return invalid('a key of params in another case');
  const { name } = params;
  if (typeof name !== 'string' || name === '') return invalid('params.name must be a text');
  const call = { kind: 'call', message: { ...message, tool: name } } as const;
  const args = params.arguments ?? {};
  return isObject(args) ? { ...call, arguments: args } : call;
}

/** Batches left MCP with its version 2025-06-18; the calls in one can't be decided apart. */
const BATCH: ReadMcp = {
  kind: 'refused',
  rule: 'mcp-batch',
  message: 'JSON-RPC batches are refused: send one message in a request',
};

function invalid(what: string): ReadMcp {
  return { kind: 'refused', rule: 'mcp-invalid', message: `Not a valid MCP message: ${what}` };
}

function looksLikeJsonRpc(value: JsonValue): boolean {
  return isObject(value) && Object.keys(value).some((key) => isSpelling(key, 'jsonrpc'));
}

function hasMisspeltKey(value: JsonObject, known: readonly string[]): boolean {
  return Object.keys(value).some(
    (key) => !known.includes(key) && known.some((name) => isSpelling(key, name)),
  );
}

/**
 * Some servers match keys without regard to case, by Unicode's simple folding, which keeps the length: to them `Method`
 * and `param\u017f` are `method` and `params`.
 */
function isSpelling(key: string, name: string): boolean {
  return key.length === name.length && key.toUpperCase().toLowerCase() === name;
}
