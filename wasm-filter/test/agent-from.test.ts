import t from 'tap';
import { claimHeaders, JWT, verified } from './claims-request.js';
import { FilterHost, type Header } from './filter-host.js';

const LABEL = 'app.kubernetes.io/instance';
const mapping = (name: string, agents?: readonly string[]): object => ({
  ...(agents && { agents }),
  claims: [{ claim: 'team', header: `X-Omnia-Claim-${name}` }],
});
const CONFIGURATION = {
  role: 'claims',
  jwt: JWT,
  agentFrom: { nodeLabel: LABEL },
  mappings: [
    mapping('All'),
    mapping('Support', ['support-agent', 'other']),
    mapping('Sales', ['sales-agent']),
  ],
};

/** Which claim headers the proxy of a workload with this label writes. */
function written(label: string | undefined, headers: Header[] = []): string[] {
  const host = new FilterHost();
  if (label !== undefined) {
    host.state.properties = new Map([
      [['xds', 'node', 'metadata', 'LABELS', LABEL].join('\0'), Buffer.from(label)],
    ]);
  }
  const root = host.root(CONFIGURATION);
  host.state.properties = new Map();
  const outcome = host.send(root, {
    headers: [[':path', '/'], ...headers],
    properties: verified({ team: 'a' }),
  });
  return claimHeaders(outcome.headers);
}

void t.test('The label of the proxy names the agent, and is read once', (t) => {
  t.same(written('support-agent'), ['x-omnia-claim-all', 'x-omnia-claim-support']);
  t.same(written('sales-agent'), ['x-omnia-claim-all', 'x-omnia-claim-sales']);
  t.same(written('nobody'), ['x-omnia-claim-all']);
  t.end();
});

void t.test('Without the label only what is for every agent is written', (t) => {
  t.same(written(undefined), ['x-omnia-claim-all']);
  t.same(written(''), ['x-omnia-claim-all']);
  t.same(written(undefined, [['x-omnia-agent-name', 'support-agent']]), ['x-omnia-claim-all']);
  t.end();
});

void t.test('What the request says of the agent is no matter', (t) => {
  const forged: Header[] = [['x-omnia-agent-name', 'sales-agent']];
  t.same(written('support-agent', forged), ['x-omnia-claim-all', 'x-omnia-claim-support']);
  t.same(written('support-agent', [...forged, ...forged]), ['x-omnia-claim-all', 'x-omnia-claim-support']);
  t.same(written('support-agent', [['x-omnia-agent-name', 'a,b']]), [
    'x-omnia-claim-all',
    'x-omnia-claim-support',
  ]);
  t.end();
});

void t.test('Roots of one VM have their own label', (t) => {
  const host = new FilterHost();
  const label = (name: string, value: string) =>
    [['xds', 'node', 'metadata', 'LABELS', name].join('\0'), Buffer.from(value)] as const;
  host.state.properties = new Map([label('a', 'support-agent'), label('b', 'sales-agent')]);
  const roots = ['a', 'b'].map((nodeLabel) => host.root({ ...CONFIGURATION, agentFrom: { nodeLabel } }));
  const byHeader = host.root({ ...CONFIGURATION, agentFrom: undefined });
  const headersOf = (root: number): string[] => {
    const headers: Header[] = [['x-omnia-agent-name', 'other']];
    return claimHeaders(host.send(root, { headers, properties: verified({ team: 'a' }) }).headers);
  };
  t.same(roots.map(headersOf), [
    ['x-omnia-claim-all', 'x-omnia-claim-support'],
    ['x-omnia-claim-all', 'x-omnia-claim-sales'],
  ]);
  t.same(headersOf(byHeader), ['x-omnia-claim-all', 'x-omnia-claim-support']);
  t.end();
});

void t.test('A host that does not tell the label gets its configuration refused', (t) => {
  const host = new FilterHost();
  host.state.failing.set('proxy_get_property', 10);
  t.notOk(host.configure(host.createRoot(), CONFIGURATION));
  t.match(host.state.logs[0]?.message, 'agentFrom.nodeLabel: the host does not tell it');
  t.end();
});
