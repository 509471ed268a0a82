import t from 'tap';
import { JWT, claimHeaders, claimsConfig, headerOf, verified } from './claims-request.js';
import { FilterHost, type Header } from './filter-host.js';

const rules = (name: string): object[] => [{ claim: 'c', header: `X-Omnia-Claim-${name}` }];

const CONFIG = {
  role: 'claims',
  jwt: JWT,
  mappings: [
    { namespace: 'production', agents: ['support-agent', 'sales-agent'], claims: rules('named') },
    { namespace: 'production', claims: rules('namespace') },
    { agents: ['support-agent'], claims: rules('agent') },
    { agents: [], claims: rules('every') },
  ],
};

const namespace = (value: string): Header => ['x-omnia-namespace', value];
const agent = (value: string): Header => ['x-omnia-agent-name', value];

const CASES: readonly (readonly [string, Header[], string[]])[] = [
  [
    'namespace and agent',
    [namespace('production'), agent('support-agent')],
    ['agent', 'every', 'named', 'namespace'],
  ],
  [
    'the second agent of a list',
    [namespace('production'), agent('sales-agent')],
    ['every', 'named', 'namespace'],
  ],
  ['another agent', [namespace('production'), agent('x')], ['every', 'namespace']],
  ['another namespace', [namespace('staging'), agent('support-agent')], ['agent', 'every']],
  ['neither header', [], ['every']],
  ['no agent', [namespace('production')], ['every', 'namespace']],
  ['no namespace', [agent('support-agent')], ['agent', 'every']],
  ['names in other case are other names', [namespace('Production'), agent('SUPPORT-AGENT')], ['every']],
  ['the beginning of a name is another name', [namespace('prod'), agent('support')], ['every']],
  ['a doubled agent selects nothing', [namespace('production'), agent('support-agent'), agent('x')], []],
  ['even when both are the same', [agent('support-agent'), agent('support-agent')], []],
  [
    'a doubled namespace selects nothing',
    [namespace('production'), namespace('staging'), agent('support-agent')],
    [],
  ],
  ['an agent with a comma selects nothing', [agent('support-agent,x')], []],
  ['a namespace with a comma selects nothing', [namespace('production, staging')], []],
  ['another spelling counts as a second one', [agent('support-agent'), ['x_omnia_agent_name', 'x']], []],
];

for (const [name, headers, want] of CASES) {
  void t.test(`Which mappings apply: ${name}`, (t) => {
    const host = new FilterHost();
    const outcome = host.send(host.root(CONFIG), { headers: [...headers], properties: verified({ c: 'x' }) });
    t.same(
      claimHeaders(outcome.headers),
      want.map((header) => `x-omnia-claim-${header}`),
    );
    t.end();
  });
}

void t.test('The first rule for a header wins, in any case of its name', (t) => {
  const host = new FilterHost();
  const root = host.root({
    role: 'claims',
    jwt: JWT,
    mappings: [
      { namespace: 'other', claims: [{ claim: 'zero', header: 'X-Omnia-Claim-A' }] },
      { claims: [{ claim: 'one', header: 'X-Omnia-Claim-A' }] },
      {
        claims: [
          { claim: 'two', header: 'x-omnia-claim-a' },
          { claim: 'two', header: 'X-OMNIA-CLAIM-B' },
          { claim: 'one', header: 'X-Omnia-Claim-B' },
        ],
      },
    ],
  });
  const both = host.send(root, { properties: verified({ zero: '0', one: '1', two: '2' }) });
  t.equal(headerOf(both, 'x-omnia-claim-a'), '1');
  t.equal(headerOf(both, 'x-omnia-claim-b'), '2');
  const second = host.send(root, { properties: verified({ two: '2' }) });
  t.same(claimHeaders(second.headers), ['x-omnia-claim-b'], 'also when its claim is missing');
  t.end();
});

void t.test('Many mappings', (t) => {
  const host = new FilterHost();
  const mappings = Array.from({ length: 1000 }, (_, index) => ({
    namespace: `ns-${index % 10}`,
    agents: [`agent-${index}`],
    claims: rules('x'),
  }));
  const root = host.root({ role: 'claims', jwt: JWT, mappings });
  const at = (ns: string, name: string): string | undefined =>
    headerOf(
      host.send(root, { headers: [namespace(ns), agent(name)], properties: verified({ c: 'x' }) }),
      'x-omnia-claim-x',
    );
  t.equal(at('ns-9', 'agent-999'), 'x');
  t.equal(at('ns-8', 'agent-999'), undefined);
  t.end();
});

void t.test('The longest lists under the most rules of a mapping', (t) => {
  const host = new FilterHost();
  const claims = Array.from({ length: 256 }, (_, index) => ({
    claim: `c${index}`,
    header: `X-Omnia-Claim-${index}`,
  }));
  const root = host.root(claimsConfig(claims, { maxValueBytes: 65_536 }));
  const lists = Object.fromEntries(claims.map(({ claim }) => [claim, ['a', 'b']]));
  const outcome = host.send(root, { properties: verified(lists) });
  t.equal(claimHeaders(outcome.headers).length, 256);
  t.equal(headerOf(outcome, 'x-omnia-claim-255'), 'a,b');
  t.end();
});
