import t from 'tap';
import { FilterHost, type Header, type Outcome } from './filter-host.js';

const CONFIG = {
  role: 'inject',
  decision: { namespace: 'envoy.filters.http.ext_authz', key: 'inject' },
  removeWithoutDecision: ['X-Processed-By', 'x-tenant'],
};
const PATH = ['metadata', 'filter_metadata', 'envoy.filters.http.ext_authz', 'inject'].join('\0');

function decided(text: string): Map<string, Buffer> {
  return new Map([[PATH, Buffer.from(text)]]);
}

function send(headers: Header[], decision?: string): Outcome {
  const host = new FilterHost();
  const properties = decision === undefined ? new Map<string, Buffer>() : decided(decision);
  const outcome = host.send(host.root(CONFIG), { headers: [[':path', '/'], ...headers], properties });
  return { ...outcome, headers: outcome.headers.filter(([name]) => name !== ':path') };
}

const SET = '{"remove":["x-processed-by"],"set":[["x-processed-by","support"]]}';

const CASES: readonly (readonly [string, Header[], string | undefined, Header[]])[] = [
  ['a header is set', [], SET, [['x-processed-by', 'support']]],
  ['a forged copy is replaced', [['x-processed-by', 'evil']], SET, [['x-processed-by', 'support']]],
  [
    'two forged copies',
    [
      ['x-processed-by', 'evil'],
      ['x-processed-by', 'worse'],
    ],
    SET,
    [['x-processed-by', 'support']],
  ],
  ['underscores', [['x_processed_by', 'evil']], SET, [['x-processed-by', 'support']]],
  ['capitals', [['X-Processed_BY', 'evil']], SET, [['x-processed-by', 'support']]],
  [
    'others stay',
    [
      ['x-processed', 'a'],
      ['x-processed-by-2', 'b'],
    ],
    '{"remove":["x-processed-by"],"set":[]}',
    [
      ['x-processed', 'a'],
      ['x-processed-by-2', 'b'],
    ],
  ],
  [
    'a name is removed and not set',
    [
      ['x-processed-by', 'evil'],
      ['a', 'b'],
    ],
    '{"remove":["x-processed-by"],"set":[]}',
    [['a', 'b']],
  ],
  [
    'a name is set but not in remove',
    [['x_tenant', 'evil']],
    '{"remove":[],"set":[["X-Tenant","acme"]]}',
    [['x-tenant', 'acme']],
  ],
  [
    'several',
    [['b', 'evil']],
    '{"remove":["a","b"],"set":[["a","1"],["b","2"]]}',
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  ['the last value of a name wins', [], '{"remove":[],"set":[["a","1"],["a","2"]]}', [['a', '2']]],
  [
    'an empty decision touches nothing',
    [['x-processed-by', 'own']],
    '{"remove":[],"set":[]}',
    [['x-processed-by', 'own']],
  ],
  ['an empty value', [], '{"remove":[],"set":[["a",""]]}', [['a', '']]],
  ['non-ASCII', [], '{"remove":[],"set":[["a","Zo\\u00eb é"]]}', [['a', 'Zoë é']]],
  [
    'without a decision the names go',
    [
      ['x-processed-by', 'evil'],
      ['X_Tenant', 'evil'],
      ['a', 'b'],
    ],
    undefined,
    [['a', 'b']],
  ],
];

for (const [name, headers, decision, want] of CASES) {
  void t.test(`Inject: ${name}`, (t) => {
    const outcome = send([...headers], decision);
    t.ok(outcome.passes);
    t.same(outcome.headers, want);
    t.end();
  });
}

const MALFORMED: readonly string[] = [
  '',
  'null',
  '{}',
  '[]',
  '"x"',
  '{"remove":[]}',
  '{"set":[]}',
  '{"remove":[],"set":[],"x":1}',
  '{"remove":[],"set":[],"set":[]}',
  '{"remove":[],"remove":[]}',
  '{"remove":{},"set":[]}',
  '{"remove":[],"set":{}}',
  '{"remove":[1],"set":[]}',
  '{"remove":["a","b c"],"set":[]}',
  '{"remove":[""],"set":[]}',
  '{"remove":[],"set":["a"]}',
  '{"remove":[],"set":[["a"]]}',
  '{"remove":[],"set":[["a","b","c"]]}',
  '{"remove":[],"set":[["a",1]]}',
  '{"remove":[],"set":[["a",null]]}',
  '{"remove":[],"set":[["","b"]]}',
  '{"remove":[],"set":[["a","b\\r\\nx-evil: 1"]]}',
  '{"remove":[],"set":[["a","b\\u0000"]]}',
  '{"remove":[],"set":[["a\\n","b"]]}',
  '{"remove":[],"set":[[":path","/evil"]]}',
  '{"remove":[":path"],"set":[]}',
  '{"remove":[],"set":[["Host","evil"]]}',
  '{"remove":[],"set":[["content-length","1"]]}',
  '{"remove":[],"set":[["transfer-encoding","chunked"]]}',
  '{"remove":[],"set":[["connection","x"]]}',
  '{"remove":[],"set":[["Upgrade","h2c"]]}',
  '{"remove":["x-envoy-original-path"],"set":[]}',
  '{"remove":[],"set":[["x-omnia-claim-team","evil"]]}',
  '{"remove":[],"set":[["X_Omnia_Agent_Name","evil"]]}',
  `{"remove":[],"set":[["a","${'x'.repeat(262_144)}"]]}`,
  SET.slice(0, -1),
  `${SET}x`,
  `${SET}${SET}`,
];

for (const decision of MALFORMED) {
  void t.test(`Refused with 503: ${JSON.stringify(decision.slice(0, 80))}`, (t) => {
    const host = new FilterHost();
    const forged: Header[] = [['x-processed-by', 'evil']];
    const outcome = host.send(host.root(CONFIG), { headers: forged, properties: decided(decision) });
    t.notOk(outcome.passes);
    t.same(outcome.response, {
      status: 503,
      body: '{"error":"policy_unavailable"}',
      headers: [['content-type', 'application/json']],
    });
    t.same(host.state.logs, [
      { level: 5, message: 'omnia-filter: request refused with 503: the decision is malformed' },
    ]);
    t.end();
  });
}

void t.test('Trailers lose the same names', (t) => {
  const host = new FilterHost();
  const root = host.root(CONFIG);
  const trailers = (): Header[] => [
    ['x-processed-by', 'evil'],
    ['X_Other', 'evil'],
    ['grpc-status', '0'],
  ];
  const stream = host.openStream(root);
  host.onHeaders(stream, { properties: decided('{"remove":["x-other"],"set":[["x-processed-by","a"]]}') });
  t.same(host.onTrailers(stream, trailers()).trailers, [['grpc-status', '0']]);
  const undecided = host.openStream(root);
  host.onHeaders(undecided, {});
  t.same(host.onTrailers(undecided, trailers()).trailers, [
    ['X_Other', 'evil'],
    ['grpc-status', '0'],
  ]);
  t.end();
});
