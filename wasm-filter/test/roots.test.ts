import t from 'tap';
import { bearer, claimHeaders, claimsConfig, headerOf, verified } from './claims-request.js';
import { FilterHost, type Header } from './filter-host.js';
import { random } from './random.js';

const TEAM = claimsConfig([{ claim: 'team', header: 'X-Omnia-Claim-Team' }]);
const SUB = claimsConfig([{ claim: 'sub', header: 'X-Omnia-Claim-Sub' }]);
const INJECT = {
  role: 'inject',
  decision: { namespace: 'envoy.filters.http.ext_authz', key: 'inject' },
  removeWithoutDecision: ['x-processed-by'],
};
const PAYLOAD = { team: 'support', sub: 'joe' };
const forged = (): Header[] => [
  ['x-omnia-claim-sub', 'evil'],
  ['x-omnia-claim-team', 'evil'],
  ['x-processed-by', 'evil'],
];

void t.test('Several roots in one VM keep their own configuration', (t) => {
  const host = new FilterHost();
  const roots = { team: host.root(TEAM), inject: host.root(INJECT), sub: host.root(SUB) };
  const request = { properties: verified(PAYLOAD) };
  for (let round = 0; round < 3; round++) {
    const team = host.send(roots.team, { headers: forged(), ...request });
    t.same(claimHeaders(team.headers), ['x-omnia-claim-team']);
    t.equal(headerOf(team, 'x-processed-by'), 'evil');
    const sub = host.send(roots.sub, { headers: forged(), ...request });
    t.same(claimHeaders(sub.headers), ['x-omnia-claim-sub']);
    const inject = host.send(roots.inject, { headers: forged(), ...request });
    t.equal(headerOf(inject, 'x-processed-by'), undefined);
    t.equal(headerOf(inject, 'x-omnia-claim-sub'), 'evil');
  }
  t.end();
});

void t.test('Streams of several roots may be open at the same time', (t) => {
  const host = new FilterHost();
  const roots = [host.root(TEAM), host.root(INJECT)];
  const streams = Array.from({ length: 1000 }, (_, index) => host.openStream(roots[index % 2] ?? 0));
  for (const [index, stream] of streams.entries()) {
    if (index % 3 === 0) host.closeContext(stream);
  }
  for (const [index, stream] of streams.entries()) {
    const { headers, response } = host.onHeaders(stream, { headers: forged() });
    if (index % 3 === 0) t.equal(response?.status, 503, 'a closed stream has no configuration');
    else t.equal(claimHeaders(headers).length, index % 2 === 0 ? 0 : 2);
  }
  t.end();
});

void t.test('Streams that open and close in any order keep their root', (t) => {
  const host = new FilterHost();
  const roots = [host.root(TEAM), host.root(INJECT)];
  const source = random(31);
  const open: { stream: number; role: number }[] = [];
  let wrong = 0;
  for (let count = 0; count < 20_000; count++) {
    if (source.below(2) === 0 || open.length === 0) {
      const role = source.below(2);
      open.push({ stream: host.openStream(roots[role] ?? 0), role });
    } else {
      const [{ stream, role } = { stream: 0, role: 0 }] = open.splice(source.below(open.length), 1);
      const { headers } = host.onHeaders(stream, { headers: forged() });
      if (claimHeaders(headers).length !== (role === 0 ? 0 : 2)) wrong += 1;
      host.closeContext(stream);
    }
  }
  t.equal(wrong, 0);
  t.end();
});

void t.test('A root without a configuration refuses every request', (t) => {
  const host = new FilterHost();
  host.root(TEAM);
  const outcome = host.send(host.createRoot(), { headers: forged(), properties: verified(PAYLOAD) });
  t.equal(outcome.response?.status, 503);
  t.same(host.state.logs, [
    { level: 5, message: 'omnia-filter: request refused with 503: the filter has no valid configuration' },
  ]);
  t.equal(host.send(999, { headers: forged() }).response?.status, 503, 'so does a root that nobody created');
  t.end();
});

void t.test('A new configuration replaces the old one, a bad one leaves none', (t) => {
  const host = new FilterHost();
  const root = host.root(TEAM);
  const stream = host.openStream(root);
  t.ok(host.configure(root, SUB));
  t.same(claimHeaders(host.onHeaders(stream, { properties: verified(PAYLOAD) }).headers), [
    'x-omnia-claim-sub',
  ]);
  t.notOk(host.configure(root, { role: 'other' }));
  t.equal(host.onHeaders(stream, {}).response?.status, 503);
  t.ok(host.configure(root, TEAM));
  t.ok(host.onHeaders(stream, {}).passes);
  t.end();
});

void t.test('A deleted root is gone, its id may come again', (t) => {
  const host = new FilterHost();
  const root = host.root(TEAM);
  host.closeContext(root);
  t.equal(host.send(root, {}).response?.status, 503);
  t.ok(host.send(host.root(SUB), {}).passes);
  t.end();
});

void t.test('Configurations of deleted roots leave no memory behind', (t) => {
  const host = new FilterHost();
  const claims = Array.from({ length: 100 }, (_, index) => ({
    claim: 'x',
    header: `X-Omnia-Claim-${index}`,
  }));
  const cycle = (): void => {
    host.closeContext(host.root(claimsConfig(claims)));
    const refused = host.createRoot();
    host.configure(refused, { role: 'claims', jwt: [] });
    host.closeContext(refused);
  };
  for (let count = 0; count < 100; count++) cycle();
  const before = host.memoryBytes;
  for (let count = 0; count < 300; count++) cycle();
  t.equal(host.memoryBytes, before);
  t.end();
});

const INTERNAL_FAILURE = 10;

for (const [hostcall, configuration] of [
  ['proxy_get_header_map_pairs', TEAM],
  ['proxy_get_property', TEAM],
  ['proxy_remove_header_map_value', TEAM],
  ['proxy_replace_header_map_value', TEAM],
  ['proxy_get_header_map_pairs', INJECT],
  ['proxy_get_property', INJECT],
  ['proxy_remove_header_map_value', INJECT],
] as const) {
  void t.test(`When ${hostcall} fails, role ${'jwt' in configuration ? 'claims' : 'inject'} refuses`, (t) => {
    const host = new FilterHost();
    const root = host.root(configuration);
    host.state.failing.set(hostcall, INTERNAL_FAILURE);
    const outcome = host.send(root, { headers: [...forged(), bearer('{}')], properties: verified(PAYLOAD) });
    t.equal(outcome.response?.status, 503);
    t.equal(host.state.logs[0]?.level, 5);
    t.end();
  });
}

for (const [name, bytes] of [
  ['a count without lengths', [2, 0, 0, 0, 1, 0, 0, 0]],
  ['a count of 2^32 - 1', [255, 255, 255, 255, 1, 0, 0, 0, 1, 0, 0, 0, 97, 0, 98, 0]],
  ['a name longer than the data', [1, 0, 0, 0, 255, 255, 255, 255, 1, 0, 0, 0, 97, 0, 98, 0]],
  ['a value without its NUL', [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 97, 0, 98]],
] as const) {
  void t.test(`Headers that make no sense refuse the request: ${name}`, (t) => {
    const host = new FilterHost();
    const roots = [host.root(TEAM), host.root(INJECT)];
    host.state.rawPairs = Buffer.from(bytes);
    for (const root of roots) t.equal(host.send(root, {}).response?.status, 503);
    t.end();
  });
}

void t.test('When even the answer fails, the filter traps instead of passing', (t) => {
  const host = new FilterHost();
  host.state.failing.set('proxy_send_local_response', INTERNAL_FAILURE);
  t.throws(() => host.send(host.createRoot(), {}), WebAssembly.RuntimeError);
  t.end();
});

void t.test('A configuration that can not be fetched is refused', (t) => {
  const host = new FilterHost();
  host.state.failing.set('proxy_get_buffer_bytes', INTERNAL_FAILURE);
  t.notOk(host.configure(host.createRoot(), TEAM));
  t.match(host.state.logs[0]?.message, 'the host does not hand it over');
  t.end();
});
