import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { portOf } from '../free-ports.js';
import { EXAMPLE, startStack, type Stack } from '../stack.js';
import { callTool, received, toolCall } from '../tool-call.js';
import type { Answer } from '../send.js';

const POLICIES = {
  'agent.yaml': readFileSync(join(EXAMPLE, 'support-agent-policy.yaml'), 'utf8'),
  'refunds.yaml': readFileSync(join(EXAMPLE, 'refund-guardrails.yaml'), 'utf8').replace(
    'mode: audit',
    'mode: enforce',
  ),
};
const MESSAGE = 'Refund amount exceeds the $500 limit';
const DENIED = { error: 'policy_denied', rule: 'max-refund-amount', message: MESSAGE };

const toolsCall = (name: string, args: unknown, id: unknown = 7): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

/** MCP clients name the registry's endpoint, not the tool. */
function mcp(stack: Stack, body: unknown): Promise<Answer> {
  return callTool(stack, { tool: '', path: '/mcp', body });
}

t.test('MCP messages through the default shape of denial', async (t) => {
  const stack = await startStack({ policies: POLICIES });
  t.teardown(() => stack.stop());

  t.test('an allowed call passes with its injected header', async (t) => {
    const message = toolsCall('process_refund', { amount: 5, reason: 'r' });
    const answer = await mcp(stack, message);
    t.equal(answer.status, 200);
    t.same(received(answer).body, message);
    t.equal(received(answer).headers['x-processed-by'], 'support');
  });

  t.test('a denied call is a tool result that the model can read', async (t) => {
    const answer = await mcp(stack, toolsCall('process_refund', { amount: 600, reason: 'r' }, 'abc'));
    t.equal(answer.status, 200);
    t.equal(answer.headers['content-type'], 'application/json');
    t.ok(answer.headers['x-omnia-decision-id']);
    t.same(JSON.parse(answer.text), {
      jsonrpc: '2.0',
      id: 'abc',
      result: { content: [{ type: 'text', text: JSON.stringify(DENIED) }], isError: true },
    });
  });

  t.test('the allowlist holds for the tool that the message names', async (t) => {
    const answer = await mcp(stack, toolsCall('delete_account', {}));
    t.match(JSON.parse(answer.text), { result: { isError: true } });
    t.match(answer.text, /tool-access/);
  });

  t.test('a batch is refused', async (t) => {
    const answer = await mcp(stack, [toolsCall('process_refund', { amount: 5, reason: 'r' })]);
    t.equal(answer.status, 403);
    t.match(JSON.parse(answer.text), { error: 'policy_denied', rule: 'mcp-batch' });
  });

  t.test('methods other than tools/call pass: they call no tool', async (t) => {
    for (const message of [
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: {} },
      { jsonrpc: '2.0', id: 2, method: 'tools/list' },
      { jsonrpc: '2.0', id: 3, method: 'no/such/method' },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
    ]) {
      const answer = await mcp(stack, message);
      t.equal(answer.status, 200, message.method);
      t.same(received(answer).body, message);
    }
  });

  t.test('a refused notification gets a plain 403: it has no id to answer to', async (t) => {
    const { id: _, ...notification } = toolsCall('delete_account', {}) as { id: unknown };
    t.equal((await mcp(stack, notification)).status, 403);
  });

  t.test('a name that hides behind another spelling, a header or a broken body is refused', async (t) => {
    const hidden = '{"jsonrpc":"2.0","id":1,"Method":"tools/call","params":{"name":"delete_account"}}';
    t.equal((await mcp(stack, hidden)).status, 403);
    const behind = await callTool(stack, { tool: 'lookup_order', body: toolsCall('delete_account', {}) });
    t.match(behind.text, /ambiguous-call/);
    const padded = toolsCall('delete_account', { x: 'x'.repeat(70_000) });
    t.equal((await mcp(stack, padded)).status, 403, 'larger than what is read');
  });
});

const REGISTRY = `
apiVersion: omnia.altairalabs.ai/v1alpha1
kind: ToolRegistry
metadata: { name: customer-tools, namespace: production }
spec: { handlers: [{ name: tools, type: mcp }] }
`;

t.test(
  'a registry that speaks MCP does not believe the tool header when the message is unreadable',
  async (t) => {
    const stack = await startStack({ policies: { ...POLICIES, 'registry.yaml': REGISTRY } });
    t.teardown(() => stack.stop());
    const message = JSON.stringify(toolsCall('delete_account', {}));
    const hidden: [name: string, options: Parameters<typeof callTool>[1]][] = [
      ['padded', { body: toolsCall('delete_account', { x: 'x'.repeat(70_000) }) }],
      ['a key twice', { body: message.replace('{', '{"jsonrpc":"2.0",') }],
      ['a byte order mark', { body: `\ufeff${message}` }],
      ['compressed', { body: gzipSync(message), headers: [['content-encoding', 'gzip']] }],
      ['as text', { body: message, contentType: 'text/plain' }],
      ['as another kind of JSON', { body: message, contentType: 'application/json-rpc' }],
      ['as a form', { body: message, contentType: 'application/x-www-form-urlencoded' }],
      ['without jsonrpc', { body: { id: 1, method: 'tools/call', params: { name: 'delete_account' } } }],
      ['a batch in a list', { body: `[[${message}]]` }],
    ];
    for (const [name, options] of hidden) {
      const answer = await callTool(stack, { tool: 'lookup_order', path: '/mcp', ...options });
      t.match(answer.text, /policy_denied/, name);
    }
    t.equal(
      (await callTool(stack, { tool: 'lookup_order', body: toolsCall('lookup_order', {}) })).status,
      200,
    );
  },
);

t.test('the shape of a denial is configurable', async (t) => {
  const refund = toolsCall('process_refund', { amount: 600, reason: 'r' });
  const rpc = await startStack({ policies: POLICIES, flags: ['--mcp-denial', 'json-rpc-error'] });
  t.teardown(() => rpc.stop());
  const answer = await mcp(rpc, refund);
  t.equal(answer.status, 200);
  t.same(JSON.parse(answer.text), {
    jsonrpc: '2.0',
    id: 7,
    error: { code: -32001, message: MESSAGE, data: DENIED },
  });
  const http = await startStack({ policies: POLICIES, env: { OMNIA_MCP_DENIAL: 'http' } });
  t.teardown(() => http.stop());
  const plain = await mcp(http, refund);
  t.equal(plain.status, 403);
  t.equal(plain.text, JSON.stringify(DENIED));
});

t.test('with unmatched: deny, what is no tool call is refused', async (t) => {
  const stack = await startStack({ policies: POLICIES, flags: ['--unmatched', 'deny'] });
  t.teardown(() => stack.stop());
  t.equal((await mcp(stack, { jsonrpc: '2.0', id: 3, method: 'no/such/method' })).status, 200, 'as JSON-RPC');
  t.match((await mcp(stack, { jsonrpc: '2.0', id: 3, method: 'no/such/method' })).text, /unmatched/);
  t.equal(
    (await mcp(stack, { jsonrpc: '2.0', id: 3, method: 'tools/list' })).status,
    200,
    'MCP goes on working',
  );
  t.equal(
    (await callTool(stack, { agent: '', tool: 'lookup_order', body: {} })).status,
    403,
    'no agent named',
  );
  t.equal((await callTool(stack, { registry: '', tool: '', body: {} })).status, 403);
});

t.test('an answer as a stream of events passes through event by event', async (t) => {
  let proceed = (): void => undefined;
  const seenFirst = new Promise<void>((resolve) => (proceed = resolve));
  const upstream = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n');
    void seenFirst.then(() => response.end('data: {"jsonrpc":"2.0","id":7,"result":{}}\n\n'));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  t.teardown(() => upstream.close());
  const stack = await startStack({
    policies: POLICIES,
    flags: ['--upstream', `http://127.0.0.1:${portOf(upstream)}`],
  });
  t.teardown(() => stack.stop());
  const call = toolCall({
    tool: '',
    path: '/mcp',
    body: toolsCall('process_refund', { amount: 5, reason: 'r' }),
  });
  const response = await fetch(`${stack.url}/mcp`, {
    method: 'POST',
    headers: call.headers.map(([name, value]): [string, string] => [name, value]),
    body: String(call.body),
  });
  t.equal(response.status, 200);
  t.equal(response.headers.get('content-type'), 'text/event-stream');
  const reader = response.body?.getReader();
  if (!reader) throw new Error('no body');
  const first = await reader.read();
  t.match(Buffer.from(first.value ?? []).toString(), /notifications\/progress/);
  proceed();
  const second = await reader.read();
  t.match(Buffer.from(second.value ?? []).toString(), /"id":7/);
});
