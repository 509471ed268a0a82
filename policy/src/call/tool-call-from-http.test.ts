import t from 'tap';
import type { Attachment } from './attachment.js';
import { toolCallFromHttp, type HttpToolRequest } from './tool-call-from-http.js';

const CALL_HEADERS = {
  'x-omnia-agent-name': 'support-agent',
  'x-omnia-namespace': 'production',
  'x-omnia-tool-registry': 'customer-tools',
  'x-omnia-tool-name': 'process_refund',
  'content-type': 'application/json',
};

function request(overrides: {
  headers?: Record<string, string | undefined>;
  body?: string;
  state?: HttpToolRequest['body']['state'];
  method?: string;
  attachment?: Attachment;
}): HttpToolRequest {
  const headers = Object.entries<string | undefined>({ ...CALL_HEADERS, ...overrides.headers });
  return {
    method: overrides.method ?? 'POST',
    path: '/v1/refund',
    host: 'tools',
    headers: new Map(headers.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    body: { state: overrides.state ?? 'whole', bytes: new TextEncoder().encode(overrides.body ?? '{}') },
    subject: 'user-1',
    principal: '',
    ...(overrides.attachment && { attachment: overrides.attachment }),
  };
}

const NO_TOOL = { 'x-omnia-tool-name': undefined };
const toolsCall = (params: unknown, id: unknown = 1): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });

const attached = (...names: string[]): Attachment => ({
  registries: names.map((text) => {
    const [namespace = '', name = ''] = text.split('/');
    return { namespace, name };
  }),
});

t.test('a plain call', (t) => {
  const call = toolCallFromHttp(
    request({
      body: '{"amount":5}',
      headers: { 'x-omnia-claim-customer-id': 'c-1', 'x-omnia-user-id': 'u', 'x-omnia-origin': 'oidc' },
    }),
  );
  t.match(call, {
    namespace: 'production',
    registry: 'customer-tools',
    tool: 'process_refund',
    agent: 'support-agent',
    request: { method: 'POST', path: '/v1/refund', host: 'tools' },
    identity: { origin: 'oidc', subject: 'user-1', endUser: 'u', workspace: '', agent: 'support-agent' },
    body: { state: 'object', value: { amount: 5 } },
    shape: { kind: 'tool-call' },
  });
  t.same([...call.identity.claims], [['customer_id', 'c-1']]);
  t.equal(call.mcp, undefined);
  t.end();
});

t.test('an MCP call takes tool and body from the message', (t) => {
  const call = toolCallFromHttp(
    request({ headers: NO_TOOL, body: toolsCall({ name: 'lookup_order', arguments: { order: 7 } }, 'a') }),
  );
  t.match(call, {
    tool: 'lookup_order',
    body: { state: 'object', value: { order: 7 } },
    mcp: { method: 'tools/call', tool: 'lookup_order', id: 'a' },
    shape: { kind: 'tool-call' },
  });
  t.end();
});

t.test('an MCP call without arguments has an empty body', (t) => {
  const call = toolCallFromHttp(request({ headers: NO_TOOL, body: toolsCall({ name: 'lookup_order' }) }));
  t.same(call.body, { state: 'object', value: {} });
  t.end();
});

t.test('MCP arguments that are no object are unreadable', (t) => {
  const body = toolsCall({ name: 'lookup_order', arguments: [1] });
  const call = toolCallFromHttp(request({ headers: NO_TOOL, body }));
  t.same(call.body, { state: 'unreadable', reason: 'not-an-object' });
  t.equal(call.shape.kind, 'tool-call');
  t.end();
});

t.test('shapes', (t) => {
  const message = (method: string, id?: number): string => JSON.stringify({ jsonrpc: '2.0', id, method });
  const cases: [name: string, overrides: Parameters<typeof request>[0], shape: string][] = [
    ['no registry', { headers: { 'x-omnia-tool-registry': undefined } }, 'unmatched'],
    ['no namespace', { headers: { 'x-omnia-namespace': undefined } }, 'unmatched'],
    ['no tool, a readable body that is no MCP message', { headers: NO_TOOL }, 'tool-call'],
    ['no tool, no body', { headers: NO_TOOL, body: '' }, 'unmatched'],
    [
      'no tool, no body, as Envoy says by the length',
      { headers: { ...NO_TOOL, 'content-length': '0' }, state: 'not-buffered' },
      'unmatched',
    ],
    ['MCP initialize', { headers: NO_TOOL, body: message('initialize', 1) }, 'mcp-message'],
    ['MCP notification', { headers: NO_TOOL, body: message('notifications/initialized') }, 'mcp-message'],
    ['MCP response', { headers: NO_TOOL, body: '{"jsonrpc":"2.0","id":1,"result":{}}' }, 'mcp-message'],
    ['an unknown MCP method', { headers: NO_TOOL, body: message('tools/destroy', 1) }, 'unmatched'],
    ['JSON-RPC to a tool that the header names', { body: message('getOrder', 1) }, 'tool-call'],
    ['no tool, body truncated', { headers: NO_TOOL, state: 'truncated' }, 'unknown-tool'],
    ['no tool, body unseen', { headers: NO_TOOL, state: 'not-buffered' }, 'unknown-tool'],
    ['no tool, duplicate keys', { headers: NO_TOOL, body: '{"a":1,"a":2}' }, 'unknown-tool'],
    ['no tool, a GET', { headers: NO_TOOL, state: 'not-buffered', method: 'GET' }, 'unmatched'],
    ...['0', '00'].map((length): [string, Parameters<typeof request>[0], string] => [
      `no tool, a POST of length ${length}`,
      { headers: { ...NO_TOOL, 'content-length': length }, state: 'not-buffered' },
      'unmatched',
    ]),
    ...['GET', 'HEAD', 'OPTIONS', 'DELETE'].flatMap((method) =>
      [{ 'content-length': '2' }, { 'transfer-encoding': 'chunked' }].map(
        (declared): [string, Parameters<typeof request>[0], string] => [
          `no tool, an unseen body that a ${method} declares by ${Object.keys(declared).join()}`,
          { headers: { ...NO_TOOL, ...declared }, state: 'not-buffered', method },
          'unknown-tool',
        ],
      ),
    ),
    ['no tool, an empty body', { headers: NO_TOOL, body: '' }, 'unmatched'],
    [
      'no tool, a GET with an unreadable body',
      { headers: NO_TOOL, body: '{"a":1,"a":2}', method: 'GET' },
      'unknown-tool',
    ],
    [
      'no tool, JSON under the label of a form',
      {
        headers: { ...NO_TOOL, 'content-type': 'application/x-www-form-urlencoded' },
        body: toolsCall({ name: 'a' }),
      },
      'unknown-tool',
    ],
    [
      'tools/call without jsonrpc',
      { headers: NO_TOOL, body: '{"id":1,"method":"tools/call","params":{"name":"a"}}' },
      'tool-call',
    ],
    [
      'tools/call without jsonrpc, another tool in the header',
      { body: '{"id":1,"method":"tools/call","params":{"name":"a"}}' },
      'ambiguous',
    ],
    ['Tools/Call', { body: '{"id":1,"method":"Tools/Call","params":{"name":"a"}}' }, 'ambiguous'],
    ['tools/call and a blank', { body: '{"jsonrpc":"2.0","id":1,"method":"tools/call "}' }, 'ambiguous'],
    ['a batch in a list', { body: `[[${toolsCall({ name: 'a' })}]]` }, 'ambiguous'],
    [
      'a tool name with a blank',
      { headers: NO_TOOL, body: toolsCall({ name: 'delete_account ' }) },
      'ambiguous',
    ],
    [
      'a tool name in full width',
      { headers: NO_TOOL, body: toolsCall({ name: '\uff44elete_account' }) },
      'ambiguous',
    ],
    ['tool named, body truncated', { state: 'truncated' }, 'tool-call'],
    ['doubled tool', { headers: { 'x-omnia-tool-name': 'a,b' } }, 'ambiguous'],
    ['doubled agent', { headers: { 'x-omnia-agent-name': 'a,b' } }, 'ambiguous'],
    ['doubled namespace', { headers: { 'x-omnia-namespace': 'a,b' } }, 'ambiguous'],
    ['doubled registry, one of them empty', { headers: { 'x-omnia-tool-registry': ',b' } }, 'ambiguous'],
    ['header and message name different tools', { body: toolsCall({ name: 'delete_account' }) }, 'ambiguous'],
    ['header and message name one tool', { body: toolsCall({ name: 'process_refund' }) }, 'tool-call'],
    ['an MCP batch', { headers: NO_TOOL, body: `[${message('ping', 1)}]` }, 'ambiguous'],
    [
      'an MCP batch behind a tool header',
      { body: `[1,${toolsCall({ name: 'process_refund' })}]` },
      'ambiguous',
    ],
    ['an array that is no batch', { body: '[{"a":1}]' }, 'tool-call'],
    ['tools/call without a name', { headers: NO_TOOL, body: toolsCall({}) }, 'ambiguous'],
    ['tools/call with list params', { headers: NO_TOOL, body: toolsCall(['a']) }, 'ambiguous'],
    ['an id that is an object', { headers: NO_TOOL, body: toolsCall({ name: 'a' }, {}) }, 'ambiguous'],
    [
      'an id beyond 2^53',
      { headers: NO_TOOL, body: '{"jsonrpc":"2.0","id":12345678901234567890,"method":"ping"}' },
      'ambiguous',
    ],
    ['an id of 60 KB', { headers: NO_TOOL, body: toolsCall({ name: 'a' }, 'x'.repeat(60_000)) }, 'ambiguous'],
    [
      'Method with a capital',
      { headers: NO_TOOL, body: '{"jsonrpc":"2.0","id":1,"Method":"tools/call"}' },
      'ambiguous',
    ],
    ['params with a long s', { headers: NO_TOOL, body: '{"jsonrpc":"2.0","param\u017f":{}}' }, 'ambiguous'],
    [
      'params.Name with a capital',
      { headers: NO_TOOL, body: toolsCall({ Name: 'delete_account' }) },
      'ambiguous',
    ],
    [
      'a registry that the service does not serve',
      { attachment: attached('production/other-tools') },
      'ambiguous',
    ],
    [
      'a registry that the service serves',
      { attachment: attached('production/customer-tools') },
      'tool-call',
    ],
  ];
  for (const [name, overrides, shape] of cases) {
    t.equal(toolCallFromHttp(request(overrides)).shape.kind, shape, name);
  }
  t.end();
});

t.test('the attachment decides the namespace', (t) => {
  const call = toolCallFromHttp(request({ attachment: attached('staging/customer-tools') }));
  t.strictSame([call.namespace, call.agentNamespace], ['staging', 'staging']);
  t.end();
});
