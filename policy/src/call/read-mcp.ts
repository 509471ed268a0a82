import { isList, isObject, type JsonObject, type JsonValue } from './json.js';
import { foldCase } from './measure-json.js';
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
const TOOLS_CALL = 'tools/call';
const TOOL_NAME = /^[\x21-\x7e]{1,253}$/;

export function readMcp(body: JsonValue): ReadMcp {
  if (isList(body)) return holdsMessage(body) ? BATCH : NONE;
  if (!isObject(body) || !looksLikeMessage(body)) return NONE;
  if (hasMisspeltKey(body, ENVELOPE)) return invalid('a JSON-RPC key in another case');
  const { method = '', params, id } = body;
  if (typeof method !== 'string') return invalid('method must be a text');
  if (!isId(id)) return invalid('id must be a short text or a whole number within 2^53');
  const message = id === undefined ? { method } : { method, id };
  if (method === TOOLS_CALL) return readToolsCall(message, params);
  return isToolsCall(method) ? invalid(`method must be written ${TOOLS_CALL}`) : { kind: 'message', message };
}

function readToolsCall(message: McpMessage, params: JsonValue | undefined): ReadMcp {
  if (!isObject(params)) return invalid('params must be an object with name and arguments');
  if (hasMisspeltKey(params, CALL)) return invalid('a key of params in another case');
  const { name } = params;
  if (typeof name !== 'string' || !TOOL_NAME.test(name)) {
    return invalid('params.name must be a name in printable ASCII, without blanks');
  }
  const call = { kind: 'call', message: { ...message, tool: name } } as const;
  const args = params.arguments ?? {};
  return isObject(args) ? { ...call, arguments: args } : call;
}

/** A response must carry the id unchanged, so it has to survive being read; and nobody needs a long one. */
function isId(id: JsonValue | undefined): id is McpMessage['id'] {
  if (id === undefined || id === null) return true;
  return typeof id === 'string' ? id.length <= 256 : Number.isSafeInteger(id);
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

function holdsMessage(list: readonly JsonValue[]): boolean {
  return list.some((item) => (isList(item) ? holdsMessage(item) : looksLikeMessage(item)));
}

/** Servers exist that never look at `jsonrpc`: a method that reads as tools/call is a message without it too. */
function looksLikeMessage(value: JsonValue): boolean {
  return (
    isObject(value) &&
    Object.keys(value).some(
      (key) => isSpelling(key, 'jsonrpc') || (isSpelling(key, 'method') && isToolsCall(value[key])),
    )
  );
}

function isToolsCall(method: JsonValue | undefined): boolean {
  return typeof method === 'string' && foldCase(method.trim()) === TOOLS_CALL;
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
  return key.length === name.length && foldCase(key) === name;
}
