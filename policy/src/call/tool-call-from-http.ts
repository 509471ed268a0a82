import { isObject, type JsonObject } from './json.js';
import { isMcpProtocolMethod } from './mcp-methods.js';
import { readBody, type RawBody, type ReadBody } from './read-body.js';
import { readMcp, type ReadMcp } from './read-mcp.js';
import { readIdentity } from './read-identity.js';
import type { CallBody, CallShape, RequestLine, ToolCall } from './tool-call.js';

/** A request as ext_authz describes it. */
export interface HttpToolRequest extends RequestLine {
  /** Lower-case names, no pseudo headers; several values of one name joined with `,`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: RawBody;
  /** `sub` of the JWT that Envoy verified, or empty. */
  readonly subject: string;
  /** What the attachment knows of the destination: a header can't claim another namespace or registry. */
  readonly attachment?: { readonly namespace?: string; readonly registries?: readonly string[] };
}

interface Names {
  readonly namespace: string;
  readonly agent: string;
  readonly registry: string;
  readonly tool: string;
}

/** Normal form of one HTTP request, MCP's JSON-RPC included. Total: every request becomes a call of some shape. */
export function toolCallFromHttp(request: HttpToolRequest): ToolCall {
  const { headers } = request;
  const names: Names = {
    namespace: request.attachment?.namespace ?? headers.get('x-omnia-namespace') ?? '',
    agent: headers.get('x-omnia-agent-name') ?? '',
    registry: headers.get('x-omnia-tool-registry') ?? '',
    tool: headers.get('x-omnia-tool-name') ?? '',
  };
  const body = readBody(request.body, headers);
  const mcp = body.state === 'json' && body.type === 'json' ? readMcp(body.value) : NO_MCP;
  const toolsCall = mcp.kind === 'call' ? mcp : undefined;
  // Written out, because every request pays for it: spreading objects here costs more than reading the body.
  const call: ToolCall = {
    namespace: names.namespace,
    agent: names.agent,
    registry: names.registry,
    tool: names.tool === '' ? (toolsCall?.message.tool ?? '') : names.tool,
    headers,
    request: { method: request.method, path: request.path, host: request.host },
    identity: readIdentity(headers, request.subject),
    body: toolsCall ? argumentsOf(toolsCall.arguments) : objectOf(body),
    shape: refusal(request, names, mcp) ?? shapeOf(request, names, { body, mcp }),
  };
  return mcp.kind === 'call' || mcp.kind === 'message' ? { ...call, mcp: mcp.message } : call;
}

const NAMES = ['namespace', 'agent', 'registry', 'tool'] as const;
const NO_MCP: ReadMcp = { kind: 'none' };
const TOOL_CALL: CallShape = { kind: 'tool-call' };
const MCP_MESSAGE: CallShape = { kind: 'mcp-message' };
const UNMATCHED: CallShape = { kind: 'unmatched' };
const UNKNOWN_TOOL: CallShape = { kind: 'unknown-tool' };

/** Two answers to one question are refused, whichever is meant: the tool might read the other one. */
function refusal(request: HttpToolRequest, names: Names, mcp: ReadMcp): CallShape | undefined {
  const doubled = NAMES.find((name) => names[name].includes(','));
  if (doubled) return ambiguous('ambiguous-call', `Two values for the ${doubled} of the call`);
  const served = request.attachment?.registries;
  if (served && names.registry !== '' && !served.includes(names.registry)) {
    return ambiguous('registry-not-served', `This service does not serve registry "${names.registry}"`);
  }
  if (names.registry === '') return undefined;
  if (mcp.kind === 'refused') return ambiguous(mcp.rule, mcp.message);
  if (mcp.kind === 'call' && names.tool !== '' && names.tool !== mcp.message.tool) {
    return ambiguous('ambiguous-call', 'x-omnia-tool-name and the MCP message name different tools');
  }
  return undefined;
}

function shapeOf(
  request: HttpToolRequest,
  names: Names,
  { body, mcp }: { body: ReadBody; mcp: ReadMcp },
): CallShape {
  if (names.namespace === '' || names.registry === '') return UNMATCHED;
  if (names.tool !== '' || mcp.kind === 'call') return TOOL_CALL;
  if (mcp.kind === 'message') return isMcpProtocolMethod(mcp.message.method) ? MCP_MESSAGE : UNMATCHED;
  if (!hasContent(request)) return UNMATCHED;
  return body.state === 'unreadable' ? UNKNOWN_TOOL : TOOL_CALL;
}

const METHODS_WITHOUT_CONTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);

/**
 * Where Envoy shows no body, the headers tell whether there is one; where they are silent, as HTTP/2 allows, a method
 * without content in HTTP's own sense is believed to have none.
 */
function hasContent({ body, headers, method }: HttpToolRequest): boolean {
  if (body.state !== 'not-buffered') return body.state === 'truncated' || body.bytes.length > 0;
  if (headers.has('transfer-encoding')) return true;
  const length = headers.get('content-length');
  return length === undefined ? !METHODS_WITHOUT_CONTENT.has(method) : !/^0+$/.test(length);
}

function ambiguous(rule: string, message: string): CallShape {
  return { kind: 'ambiguous', rule, message };
}

function argumentsOf(value: JsonObject | undefined): CallBody {
  return value ? { state: 'object', value } : { state: 'unreadable', reason: 'not-an-object' };
}

function objectOf(body: ReadBody): CallBody {
  if (body.state === 'unreadable') return body;
  return argumentsOf(isObject(body.value) ? body.value : undefined);
}
