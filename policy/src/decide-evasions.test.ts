import t from 'tap';
import { rule } from './testing/decisions.js';
import { apiObject, askMesh, meshPolicies, principalOf, type MeshRequest } from './testing/mesh-calls.js';

const access = (mode: string, tools: readonly string[], registry = 'customer-tools') => ({
  toolAccess: { mode, rules: [{ registry, tools }] },
});
const MCP = { handlers: [{ name: 'h', type: 'mcp' }] };
const toolsCall = (name: string): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } });
const principal = principalOf('production/support-facade');

t.test('an agent can not choose the policies of another one that has the same account', (t) => {
  const set = meshPolicies(
    apiObject('AgentRuntime', 'production/free', { podOverrides: { serviceAccountName: 'support-facade' } }),
    apiObject('AgentPolicy', 'production/only-lookups', {
      selector: { agents: ['support'] },
      ...access('allowlist', ['lookup_order']),
    }),
    apiObject('ToolRegistry', 'production/customer-tools', MCP),
  );
  for (const agent of ['free', 'support']) {
    const call = (tool: string): MeshRequest => ({
      ...{ principal, registries: ['production/customer-tools'], body: toolsCall(tool) },
      headers: { 'x-omnia-agent-name': agent },
    });
    t.match(askMesh(set, call('delete_account')), { denial: { rule: 'tool-access' } }, agent);
    t.equal(askMesh(set, call('lookup_order')).outcome, 'allow', agent);
  }
  t.end();
});

t.test('an allowlist holds requests that name no tool, as the rules of the mesh do', (t) => {
  const plain = ['production/customer-tools'];
  const both = [...plain, 'production/messages'];
  const documents = [
    apiObject('AgentPolicy', 'production/p', access('allowlist', ['lookup_order'])),
    apiObject('ToolRegistry', 'production/messages', MCP),
  ];
  const set = meshPolicies(...documents);
  const nameless: MeshRequest = { principal, registries: plain };
  const refused = { outcome: 'deny', denial: { rule: 'tool-access', policy: { name: 'p' } } };
  t.match(askMesh(set, nameless), refused);
  t.match(askMesh(set, { ...nameless, method: 'GET', body: '' }), refused);
  t.match(
    askMesh(set, { ...nameless, headers: { 'x-omnia-tool-registry': 'customer-tools' }, body: '' }),
    refused,
  );
  t.match(
    askMesh(set, { ...nameless, registries: both }),
    refused,
    'beside tools that are called by messages',
  );
  t.match(askMesh(set, { ...nameless, body: '{' }), refused);
  t.equal(
    askMesh(set, { ...nameless, registries: ['production/messages'], method: 'GET', body: '' }).outcome,
    'allow',
  );
  t.equal(askMesh(set, { ...nameless, principal: principalOf('production/gateway') }).outcome, 'allow');
  const permissive = { mode: 'permissive', ...access('allowlist', ['lookup_order']) };
  t.match(askMesh(meshPolicies(apiObject('AgentPolicy', 'production/p', permissive)), nameless), {
    outcome: 'allow',
    findings: [{ rule: 'tool-access', action: 'would-deny' }],
  });
  const denylist = meshPolicies(
    apiObject('AgentPolicy', 'production/p', access('denylist', ['delete_account'])),
  );
  t.equal(askMesh(denylist, nameless).outcome, 'allow');
  t.end();
});

t.test('the name of a tool beside it does not hide a message that can not be read', (t) => {
  const registries = ['production/customer-tools', 'production/messages'];
  const set = meshPolicies(
    apiObject('ToolRegistry', 'production/messages', MCP),
    apiObject('ToolPolicy', 'production/guard', {
      selector: { registry: 'messages' },
      rules: [rule('no', 'true')],
    }),
  );
  const headers = { 'x-omnia-tool-registry': 'customer-tools', 'x-omnia-tool-name': 'lookup_order' };
  t.match(askMesh(set, { principal, registries, headers, body: '{' }), {
    outcome: 'deny',
    denial: { policy: { name: 'guard' } },
  });
  t.match(
    askMesh(set, {
      principal,
      registries,
      headers: { 'x-omnia-tool-registry': 'customer-tools' },
      body: '{',
    }),
    {
      outcome: 'deny',
    },
  );
  t.equal(askMesh(set, { principal, registries, headers }).outcome, 'allow');
  t.equal(
    askMesh(set, { principal, registries: registries.slice(0, 1), headers, body: '{' }).outcome,
    'allow',
  );
  t.end();
});

t.test('a caller without a certificate of the mesh is refused where it matters which agent calls', (t) => {
  const call: MeshRequest = {
    ...{ principal: '', registries: ['production/customer-tools'] },
    headers: { 'x-omnia-tool-name': 'delete_account' },
  };
  const policy = access('allowlist', ['lookup_order']);
  const set = meshPolicies(apiObject('AgentPolicy', 'production/p', policy));
  t.match(askMesh(set, call), { outcome: 'deny', denial: { rule: 'caller-unknown' } });
  const foreign = { ...call, principal: principalOf('production/support-facade', 'other.mesh') };
  t.match(askMesh(set, foreign), { outcome: 'deny', denial: { rule: 'caller-unknown' } });
  t.equal(askMesh(set, { ...call, principal: principalOf('production/gateway') }).outcome, 'allow');
  t.equal(askMesh(meshPolicies(), call).outcome, 'allow');
  const elsewhere = meshPolicies(apiObject('AgentPolicy', 'staging/p', policy));
  t.equal(askMesh(elsewhere, call).outcome, 'allow');
  const permissive = meshPolicies(
    apiObject('AgentPolicy', 'production/p', { ...policy, mode: 'permissive' }),
  );
  t.equal(askMesh(permissive, call).outcome, 'allow');
  t.end();
});

t.test('names of a call in another spelling are refused', (t) => {
  const call = (header: string): MeshRequest => ({
    ...{ principal, registries: ['production/customer-tools'] },
    headers: { 'x-omnia-tool-name': 'lookup_order', [header]: 'delete_account' },
  });
  for (const header of [
    'x_omnia_tool_name',
    'x-omnia-tool_name',
    'x-omnia_agent-name',
    'x_omnia_tool_registry',
  ]) {
    t.match(askMesh(meshPolicies(), call(header)), { denial: { rule: 'ambiguous-call' } }, header);
  }
  t.equal(askMesh(meshPolicies(), call('x_other_tool_name')).outcome, 'allow');
  t.end();
});

t.test('what follows an upgrade may call a tool', (t) => {
  const set = meshPolicies(
    apiObject('ToolRegistry', 'production/messages', MCP),
    apiObject('AgentPolicy', 'production/p', access('denylist', ['delete_account'], 'messages')),
  );
  const upgrade: MeshRequest = {
    ...{ principal, registries: ['production/messages'], method: 'GET', state: 'not-buffered' },
    headers: { upgrade: 'websocket', connection: 'upgrade' },
  };
  t.match(askMesh(set, upgrade), { outcome: 'deny', denial: { rule: 'tool-access' } });
  t.end();
});
