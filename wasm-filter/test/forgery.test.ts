import t from 'tap';
import { JWT, bearer, claimHeaders, claimsConfig, headerOf, verified } from './claims-request.js';
import { FilterHost, type Header } from './filter-host.js';

const TEAM = claimsConfig([{ claim: 'team', header: 'X-Omnia-Claim-Team' }]);
const PAYLOAD = '{"team":"support","n":1.50}';

/** The claim headers that leave the filter when `forged` came in with a verified token. */
function leaving(forged: Header[]): Header[] {
  const host = new FilterHost();
  const headers: Header[] = [[':path', '/'], ...forged, bearer(PAYLOAD)];
  const outcome = host.send(host.root(TEAM), { headers, properties: verified({ team: 'support' }) });
  const names = claimHeaders(outcome.headers);
  return outcome.headers.filter(([name]) => names.includes(name));
}

const FORGED: readonly (readonly [string, readonly Header[]])[] = [
  ['a plain copy', [['x-omnia-claim-team', 'evil']]],
  ['in capitals', [['X-OMNIA-CLAIM-TEAM', 'evil']]],
  ['in mixed case', [['x-Omnia-cLaim-teaM', 'evil']]],
  ['underscores everywhere', [['x_omnia_claim_team', 'evil']]],
  ['one underscore in the prefix', [['x-omnia_claim-team', 'evil']]],
  ['an underscore at the end of the prefix', [['x-omnia-claim_team', 'evil']]],
  ['an underscore in the name', [['x-omnia-claim-team_name', 'evil']]],
  ['capitals and underscores', [['X_Omnia_Claim_Team', 'evil']]],
  ['a claim that no rule names', [['x-omnia-claim-other', 'evil']]],
  ['the prefix alone', [['x-omnia-claim-', 'evil']]],
  ['an empty value', [['x-omnia-claim-team', '']]],
  [
    'two copies',
    [
      ['x-omnia-claim-team', 'evil'],
      ['x-omnia-claim-team', 'worse'],
    ],
  ],
  [
    'three spellings',
    [
      ['x-omnia-claim-team', 'a'],
      ['x_omnia_claim_team', 'b'],
      ['X-Omnia-Claim-Team', 'c'],
    ],
  ],
  [
    'a hundred copies',
    Array.from({ length: 100 }, (_, index) => ['x-omnia-claim-team', `evil${index}`] as const),
  ],
];

for (const [name, forged] of FORGED) {
  void t.test(`Forged headers are replaced: ${name}`, (t) => {
    t.same(leaving([...forged]), [['x-omnia-claim-team', 'support']]);
    t.end();
  });
}

void t.test('Other headers stay', (t) => {
  const host = new FilterHost();
  const others: Header[] = [
    ['x-omnia-claims', 'a'],
    ['x-omnia-claim', 'b'],
    ['x-omnia-agent-name', 'c'],
    ['my-x-omnia-claim-team', 'd'],
    ['x-omnia--claim-team', 'e'],
    ['x_omnia', 'f'],
  ];
  t.same(host.send(host.root(TEAM), { headers: [...others] }).headers, others);
  t.end();
});

void t.test('Forged trailers are removed, others stay', (t) => {
  const host = new FilterHost();
  const stream = host.openStream(host.root(TEAM));
  host.onHeaders(stream, { headers: [[':path', '/']] });
  const outcome = host.onTrailers(stream, [
    ['x-omnia-claim-team', 'evil'],
    ['X_Omnia_Claim_Team', 'evil'],
    ['grpc-status', '0'],
    ['x-omnia-claim-team', 'worse'],
  ]);
  t.same(outcome.trailers, [['grpc-status', '0']]);
  t.ok(outcome.passes);
  t.end();
});

interface NoClaims {
  readonly name: string;
  readonly headers: Header[];
  readonly properties?: Map<string, Buffer>;
}

const NO_CLAIMS: readonly NoClaims[] = [
  { name: 'no token at all', headers: [], properties: new Map() },
  { name: 'a token that nobody verified', headers: [bearer(PAYLOAD)], properties: new Map() },
  {
    name: 'empty metadata',
    headers: [bearer(PAYLOAD)],
    properties: new Map([['metadata', Buffer.alloc(0)]]),
  },
  { name: 'two Authorization headers', headers: [bearer(PAYLOAD), bearer(PAYLOAD)] },
  {
    name: 'Authorization in another spelling beside it',
    headers: [bearer(PAYLOAD), ['Authorization', 'Basic eDp5']],
  },
  { name: 'a comma in Authorization', headers: [['authorization', `${bearer(PAYLOAD)[1]}, Bearer x`]] },
];

for (const { name, headers, properties = verified({ team: 'support' }) } of NO_CLAIMS) {
  void t.test(`Only stripping: ${name}`, (t) => {
    const host = new FilterHost();
    const request = { headers: [['x-omnia-claim-team', 'evil'] as const, ...headers], properties };
    const outcome = host.send(host.root(TEAM), request);
    t.ok(outcome.passes);
    t.same(claimHeaders(outcome.headers), []);
    t.end();
  });
}

const NUMBER = claimsConfig([{ claim: 'n', header: 'X-Omnia-Claim-N' }]);

/** What becomes of the verified number when the Authorization header (or none) is this. */
function numberWith(authorization: string | undefined, verifiedNumber: number): string | undefined {
  const host = new FilterHost();
  const headers: Header[] = authorization === undefined ? [] : [['authorization', authorization]];
  return headerOf(
    host.send(host.root(NUMBER), { headers, properties: verified({ n: verifiedNumber }) }),
    'x-omnia-claim-n',
  );
}

void t.test('The spelling of a number is taken only where it is the verified number', (t) => {
  const token = (payload: string): string => bearer(payload)[1];
  t.equal(numberWith(token('{"n":1.50}'), 1.5), '1.50', 'the same number');
  t.equal(numberWith(token('{"n":2}'), 1.5), '1.5', 'another number');
  t.equal(numberWith(token('{"n":1.5000000000000002}'), 1.5), '1.5', 'the next double');
  t.equal(numberWith(token('{"n":"1.50"}'), 1.5), '1.5', 'a string');
  t.equal(numberWith(token('{"m":1.50}'), 1.5), '1.5', 'no such claim');
  t.equal(numberWith(token('{"n":1.50'), 1.5), '1.5', 'malformed JSON');
  t.equal(numberWith(token('[1.50]'), 1.5), '1.5', 'no object');
  t.equal(numberWith(token('{"n":1.50}').replace('Bearer', 'bEARER'), 1.5), '1.50', 'the scheme in any case');
  t.equal(numberWith(token('{"n":1.50}').replace('Bearer', 'Bearer  '), 1.5), '1.50', 'more blanks');
  t.equal(numberWith(token('{"n":1.50}').replace('Bearer ', 'Basic '), 1.5), '1.5', 'another scheme');
  t.equal(numberWith(`${token('{"n":1.50}')}.x`, 1.5), '1.5', 'four parts');
  t.equal(numberWith('Bearer a.b', 1.5), '1.5', 'two parts');
  t.equal(numberWith('Bearer', 1.5), '1.5', 'no token');
  t.equal(numberWith('', 1.5), '1.5', 'an empty header');
  t.equal(numberWith(token('{"n":1.50}').replace(/\.c2ln$/, '='), 1.5), '1.5', 'no second dot');
  t.equal(
    numberWith(`Bearer a.${Buffer.from('{"n":1.50}').toString('base64url')}=.c`, 1.5),
    '1.5',
    'padding',
  );
  t.equal(numberWith(token(`{"n":1.50,"pad":"${'x'.repeat(262_144)}"}`), 1.5), '1.5', 'a token of 340 KiB');
  t.equal(
    numberWith(token(`{"n":1.50,"pad":[${'1,'.repeat(80_000)}1]}`), 1.5),
    '1.50',
    'a token of many values',
  );
  t.equal(numberWith(undefined, 1.5), '1.5', 'no Authorization header');
  t.end();
});

void t.test('A number without a spelling is the shortest JSON of the double', (t) => {
  const numbers = [
    0,
    7,
    -7,
    1e3,
    0.25,
    1e21,
    1e-7,
    123456789012345680000,
    5e-324,
    Number.MAX_VALUE,
    0.1 + 0.2,
  ];
  for (const number of numbers) t.equal(numberWith(undefined, number), JSON.stringify(number));
  t.equal(numberWith(undefined, -0), '0');
  for (const number of [NaN, Infinity, -Infinity]) t.equal(numberWith(undefined, number), undefined);
  t.end();
});

void t.test('Claims of other filters or keys are not read', (t) => {
  const host = new FilterHost();
  const root = host.root({ ...TEAM, jwt: { ...JWT, key: 'other' } });
  const outcome = host.send(root, { headers: [], properties: verified({ team: 'support' }) });
  t.same(claimHeaders(outcome.headers), []);
  t.end();
});

void t.test('The claims are read from the property metadata alone, and only when needed', (t) => {
  const host = new FilterHost();
  const root = host.root(TEAM);
  host.send(root, { headers: [bearer(PAYLOAD)], properties: verified({ team: 'support' }) });
  t.equal(host.state.calls.filter((call) => call === 'proxy_get_property').length, 1);
  const unmapped = host.root(claimsConfig([]));
  host.send(unmapped, { headers: [bearer(PAYLOAD)], properties: verified({ team: 'support' }) });
  t.same(host.state.logs, [], 'and the normal path logs nothing');
  t.end();
});
