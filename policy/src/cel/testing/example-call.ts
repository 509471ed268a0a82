import type { JsonObject } from '../../call/json.js';
import type { Identity, McpMessage, ToolCall, UnreadableReason } from '../../call/tool-call.js';

/** What a test or a bench says of a call; the rest is an ordinary call of a tool without a body. */
export interface ExampleCall {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  /** Instead of a body. */
  readonly unreadable?: UnreadableReason;
  readonly identity?: Partial<Omit<Identity, 'claims'>> & {
    readonly claims?: Readonly<Record<string, string>>;
  };
  readonly mcp?: McpMessage;
}

/** A call for tests of expressions. Header and claim names are stored as Envoy and the ToolCall store them. */
export function exampleCall(example: ExampleCall = {}): ToolCall {
  const { headers = {}, body = {}, unreadable, identity = {}, mcp } = example;
  const { claims = {}, ...known } = identity;
  const call: ToolCall = {
    namespace: 'production',
    registry: 'r',
    tool: 'n',
    agent: 'support-agent',
    agents: ['support-agent'],
    isCallerUnknown: false,
    agentNamespace: 'production',
    principal: '',
    served: [],
    headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    request: { method: 'POST', path: '/p', host: 'h' },
    identity: {
      ...{ origin: 'o', subject: 's', endUser: 'e', workspace: 'w', agent: 'a' },
      ...known,
      claims: new Map(
        Object.entries(claims).map(([name, value]) => [name.toLowerCase().replaceAll('-', '_'), value]),
      ),
    },
    body:
      unreadable === undefined
        ? { state: 'object', value: body }
        : { state: 'unreadable', reason: unreadable },
    shape: { kind: 'tool-call' },
  };
  return mcp === undefined ? call : { ...call, mcp };
}
