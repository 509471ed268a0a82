import type { AgentIdentity } from './agent-identity.js';
import type { Attachment } from './attachment.js';
import { callNames, type CallNames } from './call-names.js';
import { ambiguous, type CallShape } from './call-shape.js';
import { isObject, type JsonObject } from './json.js';
import { isMcpProtocolMethod } from './mcp-methods.js';
import { readBody, type RawBody, type ReadBody } from './read-body.js';
import { readMcp, type ReadMcp } from './read-mcp.js';
import { readIdentity } from './read-identity.js';
import type { CallBody, RequestLine, ToolCall } from './tool-call.js';

/** A request as ext_authz describes it. */
export interface HttpToolRequest extends RequestLine {
  /** Lower-case names, no pseudo headers; several values of one name joined with `,`. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: RawBody;
  /** `sub` of the JWT that Envoy verified, or empty. */
  readonly subject: string;
  /** SPIFFE id that the peer's certificate proves, or empty. */
  readonly principal: string;
  readonly attachment?: Attachment;
}

/** Normal form of one HTTP request, MCP's JSON-RPC included. Total: every request becomes a call of some shape. */
export function toolCallFromHttp(
  request: HttpToolRequest,
  agentIdentity: AgentIdentity = BY_HEADER,
): ToolCall {
  const { headers, principal } = request;
  const body = readBody(request.body, headers);
  const mcp = body.state === 'json' && body.type === 'json' ? readMcp(body.value) : NO_MCP;
  const toolsCall = mcp.kind === 'call' ? mcp : undefined;
  const names = callNames({ headers, attachment: request.attachment, principal, mcp }, agentIdentity);
  // Written out, because every request pays for it: spreading objects here costs more than reading the body.
  const call: ToolCall = {
    namespace: names.namespace,
    agent: names.agent,
    agents: names.agents,
    isCallerUnknown: names.isCallerUnknown,
    agentNamespace: names.agentNamespace,
    principal,
    registry: names.registry,
    tool: names.tool === '' ? (toolsCall?.message.tool ?? '') : names.tool,
    served: request.attachment?.registries ?? NONE_SERVED,
    headers,
    request: { method: request.method, path: request.path, host: request.host },
    identity: readIdentity(headers, request.subject, names.agent),
    body: toolsCall ? argumentsOf(toolsCall.arguments) : objectOf(body),
    shape: refusal(request, names, mcp) ?? shapeOf(request, names, { body, mcp }),
  };
  return mcp.kind === 'call' || mcp.kind === 'message' ? { ...call, mcp: mcp.message } : call;
}

const BY_HEADER: AgentIdentity = { kind: 'header' };
const NONE_SERVED: ToolCall['served'] = [];
const NO_MCP: ReadMcp = { kind: 'none' };
const TOOL_CALL: CallShape = { kind: 'tool-call' };
const MCP_MESSAGE: CallShape = { kind: 'mcp-message' };
const UNMATCHED: CallShape = { kind: 'unmatched' };
const UNKNOWN_TOOL: CallShape = { kind: 'unknown-tool' };

function refusal({ attachment }: HttpToolRequest, names: CallNames, mcp: ReadMcp): CallShape | undefined {
  if (names.refusal) return names.refusal;
  // Without an attachment, what names no registry may be for anything that the proxy forwards to.
  if (names.registry === '' && attachment === undefined) return undefined;
  if (mcp.kind === 'refused') return ambiguous(mcp.rule, mcp.message);
  if (mcp.kind === 'call' && names.tool !== '' && names.tool !== mcp.message.tool) {
    return ambiguous('ambiguous-call', 'x-omnia-tool-name and the MCP message name different tools');
  }
  return undefined;
}

interface ReadRequestBody {
  readonly body: ReadBody;
  readonly mcp: ReadMcp;
}

function shapeOf(request: HttpToolRequest, names: CallNames, { body, mcp }: ReadRequestBody): CallShape {
  if (names.namespace === '' || names.registry === '') {
    return request.attachment ? shapeOfUnnamed(request, request.attachment, { body, mcp }) : UNMATCHED;
  }
  if (names.tool !== '' || mcp.kind === 'call') return TOOL_CALL;
  if (mcp.kind === 'message') return isMcpProtocolMethod(mcp.message.method) ? MCP_MESSAGE : UNMATCHED;
  if (!hasContent(request)) return UNMATCHED;
  return body.state === 'unreadable' ? UNKNOWN_TOOL : TOOL_CALL;
}

/** Here it is known which registries are served, so a message need not name one to be a message. */
function shapeOfUnnamed(
  request: HttpToolRequest,
  { registries }: Attachment,
  { body, mcp }: ReadRequestBody,
): CallShape {
  if (mcp.kind === 'message' && isMcpProtocolMethod(mcp.message.method)) return MCP_MESSAGE;
  return body.state === 'unreadable' && hasContent(request) ? { kind: 'unnamed', registries } : UNMATCHED;
}

const METHODS_WITHOUT_CONTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);

/**
 * Where Envoy shows no body, the headers tell whether there is one; where they are silent, as HTTP/2 allows, a method
 * without content in HTTP's own sense is believed to have none. What follows an upgrade is never seen.
 */
function hasContent({ body, headers, method }: HttpToolRequest): boolean {
  if (body.state !== 'not-buffered') return body.state === 'truncated' || body.bytes.length > 0;
  if (headers.has('transfer-encoding') || headers.has('upgrade')) return true;
  const length = headers.get('content-length');
  return length === undefined ? !METHODS_WITHOUT_CONTENT.has(method) : !/^0+$/.test(length);
}

function argumentsOf(value: JsonObject | undefined): CallBody {
  return value ? { state: 'object', value } : { state: 'unreadable', reason: 'not-an-object' };
}

function objectOf(body: ReadBody): CallBody {
  if (body.state === 'unreadable') return body;
  return argumentsOf(isObject(body.value) ? body.value : undefined);
}
