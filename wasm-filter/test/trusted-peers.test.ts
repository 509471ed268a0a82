import t from 'tap';
import { bearer, claimHeaders, claimsConfig, headerOf, JWT, verified } from './claims-request.js';
import { FilterHost, type Header, type Outcome, type Request } from './filter-host.js';
import { random } from './random.js';

const AGENT = 'spiffe://cluster.local/ns/production/sa/support-agent-facade';
const PEER = ['connection', 'uri_san_peer_certificate'].join('\0');
const RULES = [
  { claim: 'team', header: 'X-Omnia-Claim-Team' },
  { claim: 'role', header: 'X-Omnia-Claim-Role' },
];
const STRIP = { role: 'claims', jwt: JWT, mappings: [] };
const TRUSTING = { ...STRIP, trustedPeers: [AGENT] };
const FORWARDED: Header[] = [
  ['x-omnia-claim-team', 'support'],
  ['x-omnia-claim-customer-id', 'c-1'],
];

const from = (principal: string): Map<string, Buffer> => new Map([[PEER, Buffer.from(principal)]]);

function send(request: Partial<Request>, configuration: object = TRUSTING): Outcome {
  const host = new FilterHost();
  return host.send(host.root(configuration), request);
}

void t.test('The claim headers of a trusted peer stay', (t) => {
  const outcome = send({ headers: [[':path', '/'], ...FORWARDED], properties: from(AGENT) });
  t.ok(outcome.passes);
  t.same(outcome.headers, [[':path', '/'], ...FORWARDED]);
  t.end();
});

const STRANGERS: readonly (readonly [string, Map<string, Buffer>])[] = [
  ['nobody', new Map()],
  ['an empty name', from('')],
  ['another agent', from('spiffe://cluster.local/ns/production/sa/other-facade')],
  ['another namespace', from(AGENT.replace('production', 'staging'))],
  ['the beginning', from(AGENT.slice(0, -1))],
  ['more', from(`${AGENT}x`)],
  ['other capitals', from(AGENT.toUpperCase())],
  ['a NUL behind', from(`${AGENT}\0`)],
  ['two principals', from(`${AGENT},${AGENT}`)],
];
for (const [name, properties] of STRANGERS) {
  void t.test(`The claim headers of a stranger go: ${name}`, (t) => {
    const outcome = send({ headers: [[':path', '/'], ...FORWARDED], properties });
    t.ok(outcome.passes);
    t.same(outcome.headers, [[':path', '/']]);
    t.end();
  });
}

void t.test('Behind a listener that ends tunnels, its word counts where there is no certificate', (t) => {
  const tunnel = (principal: string) =>
    [['filter_state', 'io.istio.peer_principal'].join('\0'), Buffer.from(principal)] as const;
  t.same(send({ headers: [...FORWARDED], properties: new Map([tunnel(AGENT)]) }).headers, FORWARDED);
  t.same(send({ headers: [...FORWARDED], properties: new Map([tunnel('spiffe://other')]) }).headers, []);
  const both = new Map([...from('spiffe://other'), tunnel(AGENT)]);
  t.same(send({ headers: [...FORWARDED], properties: both }).headers, [], 'the certificate comes first');
  t.end();
});

void t.test('Without trusted peers the identity is not even asked for', (t) => {
  for (const configuration of [STRIP, { ...STRIP, trustedPeers: [] }]) {
    const host = new FilterHost();
    const outcome = host.send(host.root(configuration), { headers: [...FORWARDED], properties: from(AGENT) });
    t.same(outcome.headers, []);
    t.notOk(host.state.calls.includes('proxy_get_property'));
  }
  t.end();
});

void t.test('A request without claim headers does not ask for the identity either', (t) => {
  const host = new FilterHost();
  t.ok(host.send(host.root(TRUSTING), { headers: [[':path', '/']], properties: from(AGENT) }).passes);
  t.notOk(host.state.calls.includes('proxy_get_property'));
  t.end();
});

const NOT_OURS: readonly (readonly [string, readonly Header[]])[] = [
  ['an underscore', [['x-omnia-claim-team_name', 'a']]],
  ['an underscore in the prefix', [['x_omnia_claim_other', 'a']]],
  ['capitals', [['X-Omnia-Claim-Other', 'a']]],
  ['the prefix alone', [['x-omnia-claim-', 'a']]],
  ['another sign', [['x-omnia-claim-a.b', 'a']]],
  [
    'two copies',
    [
      ['x-omnia-claim-role', 'a'],
      ['x-omnia-claim-role', 'b'],
    ],
  ],
  [
    'two copies with one value',
    [
      ['x-omnia-claim-role', 'a'],
      ['x-omnia-claim-role', 'a'],
    ],
  ],
  [
    'a hundred copies',
    Array.from({ length: 100 }, (_, index) => ['x-omnia-claim-role', `${index}`] as const),
  ],
];
for (const [name, headers] of NOT_OURS) {
  void t.test(`What no filter writes goes, though a trusted peer sent it: ${name}`, (t) => {
    const outcome = send({ headers: [...headers, ...FORWARDED], properties: from(AGENT) });
    t.same(outcome.headers, FORWARDED);
    t.end();
  });
}

void t.test('A spelling beside ours does not take ours away', (t) => {
  const headers: Header[] = [['x-omnia_claim-team', 'admin'], ...FORWARDED];
  t.same(send({ headers, properties: from(AGENT) }).headers, FORWARDED);
  t.end();
});

void t.test('Trailers of a trusted peer go', (t) => {
  const host = new FilterHost();
  const stream = host.openStream(host.root(TRUSTING));
  host.onHeaders(stream, { headers: [...FORWARDED], properties: from(AGENT) });
  t.same(host.onTrailers(stream, [...FORWARDED, ['grpc-status', '0']]).trailers, [['grpc-status', '0']]);
  t.end();
});

void t.test('A token that this hop verified decides about the headers that are mapped', (t) => {
  const configuration = { ...claimsConfig(RULES), trustedPeers: [AGENT] };
  const headers: Header[] = [...FORWARDED, ['x-omnia-claim-role', 'admin']];
  const properties = new Map([...from(AGENT), ...verified({ team: 'sales' })]);
  const outcome = send({ headers: [...headers, bearer('{"team":"sales"}')], properties }, configuration);
  t.equal(headerOf(outcome, 'x-omnia-claim-team'), 'sales');
  t.same(claimHeaders(outcome.headers), ['x-omnia-claim-customer-id', 'x-omnia-claim-team'], 'no role');
  const withoutToken = send({ headers: [...headers], properties: from(AGENT) }, configuration);
  t.same(withoutToken.headers, headers, 'without one, what is forwarded stays');
  t.end();
});

void t.test('The identity can not be read: the request is refused', (t) => {
  const host = new FilterHost();
  const root = host.root(TRUSTING);
  host.state.failing.set('proxy_get_property', 10);
  t.equal(host.send(root, { headers: [...FORWARDED] }).response?.status, 503);
  t.match(host.state.logs[0]?.message, 'the identity of the peer can not be read');
  t.end();
});

void t.test('Of 5,000 peers each is found, and nobody else is', (t) => {
  const peers = Array.from(
    { length: 5000 },
    (_, index) => `spiffe://cluster.local/ns/n${index % 70}/sa/a${index}`,
  );
  const host = new FilterHost();
  const root = host.root({ ...STRIP, trustedPeers: peers });
  const keeps = (principal: string): boolean =>
    host.send(root, { headers: [...FORWARDED], properties: from(principal) }).headers.length === 2;
  t.same(
    peers.filter((peer) => !keeps(peer)),
    [],
  );
  const known = new Set(peers);
  const source = random(7);
  for (let round = 0; round < 5000; round++) {
    const principal = `spiffe://cluster.local/ns/n${source.below(70)}/sa/a${source.below(6000)}`;
    if (keeps(principal) !== known.has(principal)) t.fail(principal);
  }
  t.end();
});

void t.test('Requests of trusted peers leave the memory as it was', (t) => {
  const host = new FilterHost();
  const peers = Array.from({ length: 5000 }, (_, index) => `${AGENT}-${index}`);
  const root = host.root({ ...claimsConfig(RULES), trustedPeers: peers });
  const many = Array.from({ length: 90 }, (_, index): Header => [`x-omnia-claim-c${index % 60}`, 'v']);
  const round = (index: number): void => {
    const properties = new Map([...from(`${AGENT}-${index % 6000}`), ...verified({ team: 'sales' })]);
    host.send(root, { headers: [...many, ...FORWARDED], properties });
  };
  for (let index = 0; index < 500; index++) round(index);
  const before = host.memoryBytes;
  for (let index = 0; index < 20_000; index++) round(index);
  t.equal(host.memoryBytes, before);
  t.end();
});
