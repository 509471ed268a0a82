import t from 'tap';
import type { McpMessage, ToolCall } from './call/tool-call.js';
import type { Decision } from './decision.js';
import { denialResponse } from './denial-response.js';

const decision: Decision = {
  outcome: 'deny',
  denial: {
    policy: { kind: 'ToolPolicy', namespace: 'n', name: 'p' },
    rule: 'r"1',
    message: 'no <b>',
    mode: 'enforce',
    action: 'deny',
  },
  findings: [],
  matched: [],
  injectHeaders: [],
  removeHeaders: [],
  audit: { logDecisions: false, redactFields: [] },
};
const BODY = '{"error":"policy_denied","rule":"r\\"1","message":"no <b>"}';

function call(mcp?: McpMessage): ToolCall {
  return {
    ...{
      namespace: 'n',
      registry: 'r',
      tool: 't',
      agent: 'a',
      agents: ['a'],
      isCallerUnknown: false,
      agentNamespace: 'n',
      principal: '',
      served: [],
      headers: new Map(),
      shape: { kind: 'tool-call' },
    },
    request: { method: 'POST', path: '/', host: '' },
    identity: { origin: '', subject: '', endUser: '', workspace: '', agent: '', claims: new Map() },
    body: { state: 'object', value: {} },
    ...(mcp && { mcp }),
  };
}

t.test('a plain call gets a 403 in every configuration', (t) => {
  for (const mcpDenial of ['tool-result', 'json-rpc-error', 'http'] as const) {
    t.same(denialResponse(decision, call(), mcpDenial), {
      status: 403,
      contentType: 'application/json',
      body: BODY,
    });
  }
  t.end();
});

t.test('an MCP request gets the configured shape, a notification the 403', (t) => {
  const request = call({ method: 'tools/call', id: 0, tool: 't' });
  const result = { content: [{ type: 'text', text: BODY }], isError: true };
  const error = { code: -32001, message: 'no <b>', data: JSON.parse(BODY) as unknown };
  const parse = (shape: 'tool-result' | 'json-rpc-error'): unknown => {
    const { status, body } = denialResponse(decision, request, shape);
    return { status, ...(JSON.parse(body) as object) };
  };
  t.same(parse('tool-result'), { status: 200, jsonrpc: '2.0', id: 0, result });
  t.same(parse('json-rpc-error'), { status: 200, jsonrpc: '2.0', id: 0, error });
  t.equal(denialResponse(decision, request, 'http').status, 403);
  const other = denialResponse(decision, call({ method: 'no/such/method', id: 3 }), 'tool-result');
  t.same(JSON.parse(other.body), { jsonrpc: '2.0', id: 3, error }, 'only tools/call has a tool result');
  t.equal(denialResponse(decision, call({ method: 'tools/call', tool: 't' }), 'tool-result').status, 403);
  t.equal(
    denialResponse(decision, call({ method: 'tools/call', tool: 't', id: null }), 'tool-result').status,
    403,
  );
  t.end();
});
