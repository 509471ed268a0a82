import t from 'tap';
import { agentClaimMappings } from './claim-mappings.js';
import { workloadNeeds } from './mesh-needs.js';
import { rule } from './testing/decisions.js';
import { apiObject, attached, meshPolicies } from './testing/mesh-calls.js';

const policy = (registry: string, more: Record<string, unknown> = {}) => ({
  selector: { registry },
  rules: [rule('never', 'false')],
  onFailure: 'allow',
  ...more,
});
const needsOf = (set: ReturnType<typeof meshPolicies>, ...registries: string[]) =>
  workloadNeeds(set, attached(...registries).registries);

t.test("a service's proxy buffers bodies for the policies of its own registries only", (t) => {
  const set = meshPolicies(
    apiObject('ToolPolicy', 'north/reads', policy('tools', { rules: [rule('r', 'has(body.a)')] })),
    apiObject('ToolPolicy', 'north/plain', policy('billing')),
    apiObject('ToolPolicy', 'south/plain', policy('tools')),
    apiObject('ToolRegistry', 'south/mcp', { handlers: [{ name: 'h', type: 'mcp' }] }),
  );
  t.equal(needsOf(set, 'north/tools').readsBody, true);
  t.equal(needsOf(set, 'north/billing').readsBody, false);
  t.equal(needsOf(set, 'south/tools').readsBody, false);
  t.equal(needsOf(set, 'south/tools', 'north/tools').readsBody, true);
  t.equal(needsOf(set, 'south/mcp').readsBody, true, 'messages name the tools');
  t.equal(needsOf(set, 'north/mcp').readsBody, false);
  t.end();
});

t.test('it fails open only if every policy of its registries and namespaces says so', (t) => {
  const open = apiObject('ToolPolicy', 'north/open', policy('tools'));
  const closed = apiObject('ToolPolicy', 'north/closed', policy('billing', { onFailure: 'deny' }));
  const agents = (onFailure: string) =>
    apiObject('AgentPolicy', 'north/agents', { selector: { agents: ['a'] }, onFailure });
  const failOpen = (documents: Parameters<typeof meshPolicies>, ...registries: string[]) =>
    needsOf(meshPolicies(...documents), ...registries).failOpen;
  t.equal(failOpen([open, closed], 'north/tools'), true, 'the other registry is served elsewhere');
  t.equal(failOpen([open, closed], 'north/tools', 'north/billing'), false);
  t.equal(failOpen([open, agents('allow')], 'north/tools'), true);
  t.equal(failOpen([open, agents('deny')], 'north/tools'), false);
  t.equal(
    failOpen([open, apiObject('AgentPolicy', 'south/agents', {})], 'north/tools'),
    true,
    'not its namespace',
  );
  t.equal(failOpen([open], 'south/tools'), false, 'there is no policy');
  t.equal(failOpen([open], ...[]), false, 'there is no registry');
  t.end();
});

t.test('injected headers are those of its registries, also of a policy that is broken', (t) => {
  const injects = (header: string) => ({ headerInjection: [{ header, value: 'v' }] });
  const set = meshPolicies(
    apiObject('ToolPolicy', 'north/a', policy('tools', injects('X-A'))),
    apiObject('ToolPolicy', 'north/b', policy('tools', { ...injects('X-B'), rules: 'broken' })),
    apiObject('ToolPolicy', 'north/c', policy('billing', injects('X-C'))),
    apiObject('ToolPolicy', 'south/d', policy('tools', injects('X-D'))),
  );
  t.same(needsOf(set, 'north/tools'), {
    readsBody: false,
    failOpen: true,
    claimMappings: [],
    injectedHeaders: ['x-a', 'x-b'],
  });
  t.end();
});

const claimMapping = (...headers: string[]) => ({
  claimMapping: {
    forwardClaims: headers.map((header) => ({ claim: header, header: `X-Omnia-Claim-${header}` })),
  },
});

t.test('claims are mapped by namespace', (t) => {
  const set = meshPolicies(
    apiObject('AgentPolicy', 'north/p', { ...claimMapping('team'), selector: { agents: ['a'] } }),
    apiObject('AgentPolicy', 'north/q', {}),
    apiObject('AgentPolicy', 'south/p', claimMapping('role')),
  );
  t.same(agentClaimMappings(set, 'north'), [
    { namespace: 'north', agents: ['a'], claims: [{ claim: 'team', header: 'X-Omnia-Claim-team' }] },
  ]);
  t.same(agentClaimMappings(set, 'south'), [
    { namespace: 'south', agents: [], claims: [{ claim: 'role', header: 'X-Omnia-Claim-role' }] },
  ]);
  t.same(agentClaimMappings(set, 'east'), []);
  t.end();
});

t.test("what one namespace's filter holds is no matter of the others", (t) => {
  const many = (namespace: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      apiObject(
        'AgentPolicy',
        `${namespace}/p${String(index).padStart(3, '0')}`,
        claimMapping(...Array.from({ length: 64 }, (_, claim) => `${index}-${claim}`)),
      ),
    );
  const set = meshPolicies(...many('north', 65), ...many('south', 64));
  const told = set.entries
    .filter(({ phase }) => phase === 'Error')
    .map(({ namespace, name }) => `${namespace}/${name}`);
  t.same(told, ['north/p064']);
  t.equal(agentClaimMappings(set, 'north').length, 64);
  t.equal(agentClaimMappings(set, 'south').length, 64);
  t.end();
});
