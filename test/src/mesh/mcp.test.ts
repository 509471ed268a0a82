import t from 'tap';
import type { Answer } from '../send.js';
import { received } from '../tool-call.js';
import { until } from '../until.js';
import { untilEnforced } from '../until-enforced.js';
import { startGovernedMesh } from './governed-mesh.js';
import { startGovernedAgent, startGovernedTool } from './governed-workloads.js';
import { meshIsMissing } from './mesh.js';

const OMNIA = 'omnia.altairalabs.ai/v1alpha1';
const REFUSED = {
  error: 'policy_denied',
  rule: 'tool-access',
  message: 'Agent "support" may not call tool "delete_account" of registry "customer-tools"',
};

t.test('tools that are called by MCP messages', { skip: meshIsMissing }, async (t) => {
  const mesh = await startGovernedMesh(t);
  const { apiServer } = mesh;
  const started = { mesh, namespace: 'production', teardown: t.teardown.bind(t) };
  await apiServer.createNamespace('production');
  const tools = ['lookup_order', 'delete_account'];
  const tool = await startGovernedTool({ ...started, name: 'customer-tools', type: 'mcp', tools });
  const agent = await startGovernedAgent({ ...started, name: 'support', tool });

  const post = (body: unknown, ...headers: [string, string][]): Promise<Answer> =>
    agent.send({
      path: '/mcp',
      headers: [['content-type', 'application/json'], ...headers],
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  t.test('an allowlist is enforced by the names in bodies, and the agent is told so in MCP', async (t) => {
    t.equal((await post(toolsCall('delete_account'))).status, 200, 'before there is a policy');
    await apiServer.apply([onlyLookups()]);
    const refused = await untilEnforced(
      () => post(toolsCall('delete_account')),
      ({ text }) => text.includes('policy_denied'),
    );
    t.equal(refused.status, 200);
    t.strictSame(JSON.parse(refused.text), {
      ...{ jsonrpc: '2.0', id: 7 },
      result: { content: [{ type: 'text', text: JSON.stringify(REFUSED) }], isError: true },
    });
    // The rules of the mesh let calls pass that name no tool in a header: they are there, too.
    const ofMesh = ['get', 'authorizationpolicies', 'omnia-only-lookups-customer-tools', '-n', 'production'];
    await until(async () => (await apiServer.kubectl(ofMesh)).code === 0, { what: 'the rules of the mesh' });
    const allowed = await untilEnforced(
      () => post(toolsCall('lookup_order')),
      ({ text }) => text !== 'RBAC: access denied',
    );
    t.equal(allowed.status, 200);
    t.strictSame(received(allowed).body, toolsCall('lookup_order'));
  });

  t.test('messages that call no tool pass', async (t) => {
    for (const method of ['initialize', 'tools/list', 'ping', 'resources/list']) {
      t.match(received(await post({ jsonrpc: '2.0', id: 1, method })).body, { method });
    }
    const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };
    t.strictSame(received(await post(notification)).body, notification);
    const stream = await agent.send({
      method: 'GET',
      path: '/mcp',
      headers: [['accept', 'text/event-stream']],
    });
    t.equal(stream.status, 200);
  });

  t.test('a batch is refused, whatever is in it', async (t) => {
    const batch = await post([toolsCall('lookup_order'), toolsCall('lookup_order')]);
    t.equal(batch.status, 403);
    t.match(JSON.parse(batch.text), { error: 'policy_denied', rule: 'mcp-batch' });
  });

  t.test('a header that names another tool than the message does not help', async (t) => {
    const inHeader = (name: string): [string, string] => ['x-omnia-tool-name', name];
    t.match((await post(toolsCall('delete_account'), inHeader('lookup_order'))).text, 'ambiguous-call');
    const byMesh = await untilEnforced(
      () => post(toolsCall('lookup_order'), inHeader('delete_account')),
      ({ text }) => text === 'RBAC: access denied',
    );
    t.equal(byMesh.status, 403);
    t.equal((await post(toolsCall('lookup_order'), inHeader('lookup_order'))).status, 200);
    t.match(
      (await post(toolsCall('lookup_order'), ['x_omnia_tool_name', 'lookup_order'])).text,
      'ambiguous-call',
    );
  });

  t.test('a message that can not be read is refused', async (t) => {
    const hidden = JSON.stringify(toolsCall('delete_account'));
    const twice = hidden.replace('"name":', '"name":"lookup_order","name":');
    const long = hidden.replace('"arguments":{}', `"arguments":{"x":"${'x'.repeat(70_000)}"}`);
    for (const body of [twice, long, `${hidden}{`]) {
      for (const headers of [[], [['x-omnia-tool-name', 'lookup_order']]] as [string, string][][]) {
        const answer = await post(body, ...headers);
        t.equal(answer.status, 403, `${body.slice(0, 80)} ${headers.join(' ')}`);
        t.match(JSON.parse(answer.text), { rule: 'tool-access' });
      }
    }
    const asText = await agent.send({
      path: '/mcp',
      headers: [['content-type', 'text/plain']],
      body: hidden,
    });
    t.match(asText.text, 'tool-access');
  });

  t.test('an AgentRuntime that names the agent’s account frees it of nothing', async (t) => {
    const free = { namespace: 'production', name: 'free' };
    await apiServer.apply([
      {
        ...{ apiVersion: OMNIA, kind: 'AgentRuntime', metadata: free },
        spec: { podOverrides: { serviceAccountName: 'support-facade' } },
      },
    ]);
    const asFree: [string, string] = ['x-omnia-agent-name', 'free'];
    const known = await untilEnforced(
      () => post(toolsCall('lookup_order'), asFree),
      ({ text }) => !text.includes('agent-mismatch'),
    );
    t.equal(known.status, 200);
    t.match((await post(toolsCall('delete_account'), asFree)).text, 'tool-access');
  });

  t.test('Envoy has taken everything that the operator made', async (t) => {
    const rejected = [...(await tool.sidecar.stats('update_rejected$'))].filter(([, count]) => count > 0);
    t.strictSame(rejected, []);
  });
});

function toolsCall(name: string): object {
  return { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name, arguments: {} } };
}

function onlyLookups(): object {
  return {
    ...{
      apiVersion: OMNIA,
      kind: 'AgentPolicy',
      metadata: { namespace: 'production', name: 'only-lookups' },
    },
    spec: {
      selector: { agents: ['support'] },
      toolAccess: { mode: 'allowlist', rules: [{ registry: 'customer-tools', tools: ['lookup_order'] }] },
    },
  };
}
