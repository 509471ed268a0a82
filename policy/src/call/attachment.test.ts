import t from 'tap';
import {
  askMesh,
  apiObject,
  meshCall,
  meshPolicies,
  principalOf,
  type MeshRequest,
} from '../testing/mesh-calls.js';

const set = meshPolicies();
const principal = principalOf('production/support-facade');
const TOOL = { 'x-omnia-tool-name': 'process_refund' };
const message = (method: string, params?: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
const toolsCall = message('tools/call', { name: 'process_refund', arguments: {} });
const ONE = ['production/customer-tools'];
const TWO = [...ONE, 'production/billing'];
const SAME_NAME = [...ONE, 'staging/customer-tools'];
const named = (registry: string) => ({ ...TOOL, 'x-omnia-tool-registry': registry });

/** `namespace/registry shape`, or the rule that refuses. */
function placeOf(request: MeshRequest): string {
  const { namespace, registry, shape } = meshCall(set, { principal, ...request });
  return shape.kind === 'ambiguous' ? shape.rule : `${namespace}/${registry} ${shape.kind}`;
}

const cases: readonly (readonly [what: string, request: MeshRequest, expected: string])[] = [
  ['no attachment', { headers: named('customer-tools') }, 'not-attached'],
  ['no attachment and no tool', {}, 'not-attached'],
  [
    'a registry that is served',
    { registries: TWO, headers: named('billing') },
    'production/billing tool-call',
  ],
  ['a registry that is not', { registries: ONE, headers: named('billing') }, 'registry-not-served'],
  ['nothing is served', { registries: [], headers: named('billing') }, 'registry-not-served'],
  ['a tool of the only one', { registries: ONE, headers: TOOL }, 'production/customer-tools tool-call'],
  ['a tool of one of two', { registries: TWO, headers: TOOL }, 'registry-not-named'],
  ['a tool of none', { registries: [], headers: TOOL }, 'registry-not-named'],
  ['a message for the only one', { registries: ONE, body: toolsCall }, 'production/customer-tools tool-call'],
  ['a message for one of two', { registries: TWO, body: toolsCall }, 'registry-not-named'],
  [
    'two of one name, one of the caller',
    { registries: SAME_NAME, headers: named('customer-tools') },
    'production/customer-tools tool-call',
  ],
  [
    'two of one name, the other of the caller',
    {
      principal: principalOf('staging/support-facade'),
      registries: SAME_NAME,
      headers: named('customer-tools'),
    },
    'staging/customer-tools tool-call',
  ],
  [
    'two of one name, none of the caller',
    {
      principal: principalOf('other/support-facade'),
      registries: SAME_NAME,
      headers: named('customer-tools'),
    },
    'registry-not-named',
  ],
  [
    'two of one name and nobody calls',
    { principal: '', registries: SAME_NAME, headers: named('customer-tools') },
    'registry-not-named',
  ],
  [
    'of another namespace than the caller',
    { registries: ['staging/customer-tools'], headers: named('customer-tools') },
    'staging/customer-tools tool-call',
  ],
  [
    'a namespace in a header chooses nothing',
    { registries: SAME_NAME, headers: { ...named('customer-tools'), 'x-omnia-namespace': 'staging' } },
    'production/customer-tools tool-call',
  ],
  [
    'nor do two of them',
    { registries: ONE, headers: { ...named('customer-tools'), 'x-omnia-namespace': 'a,b' } },
    'production/customer-tools tool-call',
  ],
  [
    'a doubled registry',
    { registries: ONE, headers: named('customer-tools,customer-tools') },
    'ambiguous-call',
  ],
  ['neither tool nor registry', { registries: ONE, body: '{"a":1}' }, '/ unmatched'],
  ['no body either', { registries: ONE, body: '' }, '/ unmatched'],
  ['a message that calls no tool', { registries: TWO, body: message('initialize') }, '/ mcp-message'],
  ['a message of another protocol', { registries: TWO, body: message('eth_call') }, '/ unmatched'],
  ['a batch of messages', { registries: TWO, body: `[${toolsCall}]` }, 'mcp-batch'],
  [
    'a header and a message that differ',
    { registries: ONE, headers: { 'x-omnia-tool-name': 'other' }, body: toolsCall },
    'ambiguous-call',
  ],
  ['a body that can not be read', { registries: TWO, body: '{' }, '/ unnamed'],
];
for (const [what, request, expected] of cases) {
  t.test(`what is called: ${what}`, (t) => {
    t.equal(placeOf(request), expected);
    t.end();
  });
}

t.test('an unreadable body may hide a call only where messages name the tools', (t) => {
  const speaksMcp = { handlers: [{ name: 'h', type: 'mcp' }] };
  const policy = (onFailure: string) => ({
    selector: { registry: 'customer-tools' },
    rules: [{ name: 'never', deny: { cel: 'false', message: 'm' } }],
    onFailure,
  });
  const registry = apiObject('ToolRegistry', 'production/customer-tools', speaksMcp);
  const strict = meshPolicies(registry, apiObject('ToolPolicy', 'production/p', policy('deny')));
  const hidden = { principal, registries: TWO, body: '{' };
  t.match(askMesh(strict, hidden), {
    outcome: 'deny',
    denial: { rule: 'unknown-tool', policy: { name: 'p' } },
  });
  const lax = meshPolicies(registry, apiObject('ToolPolicy', 'production/p', policy('allow')));
  t.equal(askMesh(lax, hidden).outcome, 'allow');
  t.equal(askMesh(meshPolicies(), hidden).outcome, 'allow', 'no registry here takes messages');
  t.match(askMesh(meshPolicies(), hidden, { unmatched: 'deny' }), { denial: { rule: 'unmatched' } });
  const both = meshPolicies(registry, apiObject('ToolRegistry', 'production/billing', speaksMcp));
  t.match(askMesh(both, hidden), { outcome: 'deny', denial: { rule: 'registry-not-named' } });
  t.end();
});
