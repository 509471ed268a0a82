import t from 'tap';
import { JWT } from './claims-request.js';
import { FilterHost } from './filter-host.js';

const CLAIMS = { role: 'claims', jwt: JWT, mappings: [] };
const DECISION = { namespace: 'envoy.filters.http.ext_authz', key: 'inject' };
const INJECT = { role: 'inject', decision: DECISION, removeWithoutDecision: ['x-processed-by'] };
const rule = (claim: unknown, header: unknown): object => ({
  ...CLAIMS,
  mappings: [{ claims: [{ claim, header }] }],
});

const peer = (index: number): string => `spiffe://cluster.local/ns/production/sa/agent-${index}-facade`;

/** A mapping of 256 headers, different for each index. */
const mappingOf256 = (mapping: number): object => ({
  claims: Array.from({ length: 256 }, (_, i) => ({ claim: 'x', header: `X-Omnia-Claim-${mapping}-${i}` })),
});

const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ['nothing', '', 'configuration: is missing'],
  ['blanks', '  ', 'configuration: is not JSON'],
  ['broken JSON', '{"role":"claims",}', 'configuration: is not JSON: a string should be here (byte 17)'],
  ['two documents', '{}{}', 'configuration: is not JSON: something follows the document (byte 2)'],
  ['an array', '[]', 'configuration: must be an object'],
  [
    'too much',
    `{"role":"claims","pad":"${'x'.repeat(1_048_576)}"}`,
    'configuration: is larger than 1048576 bytes',
  ],
  ['no role', {}, 'role: is required'],
  ['unknown role', { role: 'claim' }, 'role: "claim" is unknown; known are claims, inject'],
  ['a role that is a number', { role: 1 }, 'role: must be a string, not a number'],
  ['an empty role', { role: '' }, 'role: must not be empty'],
  ['unknown field', { ...CLAIMS, mapping: [] }, 'configuration: unknown field "mapping"'],
  ['a field of the other role', { ...CLAIMS, decision: DECISION }, 'configuration: unknown field "decision"'],
  ['a field twice', '{"role":"claims","role":"inject"}', 'configuration: field "role" is given twice'],
  ['no jwt', { role: 'claims', mappings: [] }, 'jwt: is required'],
  ['jwt is a string', { ...CLAIMS, jwt: 'x' }, 'jwt: must be an object, not a string'],
  ['jwt without a key', { ...CLAIMS, jwt: { namespace: 'x' } }, 'jwt.key: is required'],
  ['jwt without a namespace', { ...CLAIMS, jwt: { key: 'x' } }, 'jwt.namespace: is required'],
  ['jwt with more', { ...CLAIMS, jwt: { ...JWT, x: 1 } }, 'jwt: unknown field "x"; known are namespace, key'],
  ['no mappings', { role: 'claims', jwt: JWT }, 'mappings: is required'],
  ['mappings are an object', { ...CLAIMS, mappings: {} }, 'mappings: must be an array, not an object'],
  ['a mapping is null', { ...CLAIMS, mappings: [null] }, 'mappings[0]: must be an object, not null'],
  ['an empty mapping', { ...CLAIMS, mappings: [{}] }, 'mappings[0].claims: is required'],
  [
    'unknown in a mapping',
    { ...CLAIMS, mappings: [{ claims: [], agent: 'x' }] },
    'mappings[0]: unknown field "agent"',
  ],
  [
    'empty namespace',
    { ...CLAIMS, mappings: [{ namespace: '', claims: [] }] },
    'mappings[0].namespace: must not be empty',
  ],
  [
    'agents are a string',
    { ...CLAIMS, mappings: [{ agents: 'x', claims: [] }] },
    'mappings[0].agents: must be an array',
  ],
  [
    'an agent is a bool',
    { ...CLAIMS, mappings: [{ agents: ['x', true], claims: [] }] },
    'mappings[0].agents[1]: must be a string, not a bool',
  ],
  [
    'an empty agent',
    { ...CLAIMS, mappings: [{ agents: [''], claims: [] }] },
    'mappings[0].agents[0]: must not be empty',
  ],
  [
    'a rule is a string',
    { ...CLAIMS, mappings: [{ claims: ['x'] }] },
    'mappings[0].claims[0]: must be an object, not a string',
  ],
  ['an empty rule', { ...CLAIMS, mappings: [{ claims: [{}] }] }, 'mappings[0].claims[0].claim: is required'],
  [
    'no header',
    { ...CLAIMS, mappings: [{ claims: [{ claim: 'x' }] }] },
    'mappings[0].claims[0].header: is required',
  ],
  ['an empty claim', rule('', 'X-Omnia-Claim-A'), 'mappings[0].claims[0].claim: must not be empty'],
  ['an empty header', rule('x', ''), 'mappings[0].claims[0].header: must not be empty'],
  [
    'a claim that is a list',
    rule(['x'], 'X-Omnia-Claim-A'),
    'mappings[0].claims[0].claim: must be a string, not an array',
  ],
  [
    'a claim with a control character',
    rule('a\nb', 'X-Omnia-Claim-A'),
    'mappings[0].claims[0].claim: has a control character',
  ],
  [
    'a claim that is too long',
    rule('x'.repeat(1025), 'X-Omnia-Claim-A'),
    'mappings[0].claims[0].claim: is longer than 1024 bytes',
  ],
  [
    'a claim that is too deep',
    rule('a.'.repeat(32), 'X-Omnia-Claim-A'),
    'mappings[0].claims[0].claim: has more than 32 parts',
  ],
  [
    'another header',
    rule('x', 'X-Team'),
    'mappings[0].claims[0].header: "X-Team" does not match X-Omnia-Claim-[A-Za-z0-9-]+',
  ],
  [
    'the prefix alone',
    rule('x', 'X-Omnia-Claim-'),
    'mappings[0].claims[0].header: "X-Omnia-Claim-" does not match',
  ],
  [
    'an underscore',
    rule('x', 'X-Omnia-Claim-a_b'),
    'mappings[0].claims[0].header: "X-Omnia-Claim-a_b" does not match',
  ],
  [
    'an underscore in the prefix',
    rule('x', 'X_Omnia_Claim_a'),
    'mappings[0].claims[0].header: "X_Omnia_Claim_a" does not match',
  ],
  [
    'a blank',
    rule('x', 'X-Omnia-Claim-a b'),
    'mappings[0].claims[0].header: "X-Omnia-Claim-a b" does not match',
  ],
  ['a colon', rule('x', 'X-Omnia-Claim-a:'), 'does not match'],
  ['non-ASCII is shown as ?', rule('x', 'X-Omnia-Claim-é'), '"X-Omnia-Claim-??" does not match'],
  ['a header that is too long', rule('x', `X-Omnia-Claim-${'a'.repeat(256)}`), 'is longer than 256 bytes'],
  [
    'too many headers',
    {
      ...CLAIMS,
      mappings: Array.from({ length: 17 }, (_, m) => mappingOf256(m)),
    },
    'mappings[16].claims[0].header: there are more than 4096 different headers',
  ],
  ['a size of 0', { ...CLAIMS, maxValueBytes: 0 }, 'maxValueBytes: must be a whole number from 1 to 65536'],
  ['a negative size', { ...CLAIMS, maxValueBytes: -1 }, 'maxValueBytes: must be a whole number'],
  ['a size that is too large', { ...CLAIMS, maxValueBytes: 65_537 }, 'maxValueBytes: must be a whole number'],
  [
    'a size beyond 32 bits',
    { ...CLAIMS, maxValueBytes: 4294967297 },
    'maxValueBytes: must be a whole number',
  ],
  ['a fraction', { ...CLAIMS, maxValueBytes: 1.5 }, 'maxValueBytes: must be a whole number'],
  ['a size in words', { ...CLAIMS, maxValueBytes: '4096' }, 'maxValueBytes: must be a number, not a string'],
  ['a size of null', { ...CLAIMS, maxValueBytes: null }, 'maxValueBytes: must be a number, not null'],
  ['peers are a string', { ...CLAIMS, trustedPeers: 'x' }, 'trustedPeers: must be an array, not a string'],
  [
    'a peer is a number',
    { ...CLAIMS, trustedPeers: [peer(1), 2] },
    'trustedPeers[1]: must be a string, not a number',
  ],
  ['an empty peer', { ...CLAIMS, trustedPeers: [''] }, 'trustedPeers[0]: must not be empty'],
  [
    'a peer without its scheme',
    { ...CLAIMS, trustedPeers: [peer(1), 'cluster.local/ns/a/sa/b'] },
    'trustedPeers[1]: "cluster.local/ns/a/sa/b" does not start with spiffe://',
  ],
  [
    'a peer with a line break',
    { ...CLAIMS, trustedPeers: ['spiffe://a\nb'] },
    'trustedPeers[0]: has a control character',
  ],
  [
    'a peer that is too long',
    { ...CLAIMS, trustedPeers: [`spiffe://${'a'.repeat(1016)}`] },
    'trustedPeers[0]: is longer than 1024 bytes',
  ],
  [
    'too many peers',
    { ...CLAIMS, trustedPeers: Array.from({ length: 5001 }, (_, index) => peer(index)) },
    'trustedPeers: has more than 5000 elements',
  ],
  ['agentFrom is a string', { ...CLAIMS, agentFrom: 'x' }, 'agentFrom: must be an object, not a string'],
  ['agentFrom says nothing', { ...CLAIMS, agentFrom: {} }, 'agentFrom.nodeLabel: is required'],
  ['an empty label', { ...CLAIMS, agentFrom: { nodeLabel: '' } }, 'agentFrom.nodeLabel: must not be empty'],
  [
    'a label with NUL',
    { ...CLAIMS, agentFrom: { nodeLabel: 'a\0b' } },
    'agentFrom.nodeLabel: has a control character',
  ],
  [
    'unknown in agentFrom',
    { ...CLAIMS, agentFrom: { nodeLabel: 'a', x: 1 } },
    'agentFrom: unknown field "x"',
  ],
  ['peers of the other role', { ...INJECT, trustedPeers: [] }, 'configuration: unknown field "trustedPeers"'],
  ['no decision', { role: 'inject' }, 'decision: is required'],
  ['a decision without a key', { role: 'inject', decision: { namespace: 'x' } }, 'decision.key: is required'],
  ['unknown in decision', { ...INJECT, decision: { ...DECISION, x: 1 } }, 'decision: unknown field "x"'],
  [
    'a decision with NUL',
    { ...INJECT, decision: { ...DECISION, key: 'a\0b' } },
    'decision.key: has a control character',
  ],
  ['unknown in inject', { ...INJECT, mappings: [] }, 'configuration: unknown field "mappings"'],
  [
    'names are a string',
    { ...INJECT, removeWithoutDecision: 'x' },
    'removeWithoutDecision: must be an array, not a string',
  ],
  [
    'a name is a number',
    { ...INJECT, removeWithoutDecision: [1] },
    'removeWithoutDecision[0]: must be a string, not a number',
  ],
  ...[
    '',
    ':path',
    'host',
    'Content-Length',
    'transfer_encoding',
    'TE',
    'x-envoy-original-path',
    'x-omnia-claim-a',
    'X_Omnia_Agent_Name',
    'a b',
    'a\n',
  ].map(
    (name) =>
      [
        `a name that is not for injection: ${JSON.stringify(name)}`,
        { ...INJECT, removeWithoutDecision: ['x-ok', name] },
        'removeWithoutDecision[1]: ',
      ] as const,
  ),
];

for (const [name, configuration, want] of REFUSED) {
  void t.test(`Refused: ${name}`, (t) => {
    const host = new FilterHost();
    const root = host.createRoot();
    t.equal(host.configure(root, configuration), false);
    t.equal(host.state.logs.length, 1);
    t.equal(host.state.logs[0]?.level, 4, 'the log line is an error');
    t.match(host.state.logs[0]?.message, 'omnia-filter: configuration refused: ');
    t.ok(host.state.logs[0]?.message.includes(want), `${host.state.logs[0]?.message} says ${want}`);
    t.equal(host.send(root, {}).response?.status, 503, 'and requests are refused');
    t.end();
  });
}

const ACCEPTED: readonly (readonly [string, unknown])[] = [
  ['claims without mappings', CLAIMS],
  [
    'every field',
    {
      ...CLAIMS,
      mappings: [{ namespace: 'a', agents: ['b'], claims: [{ claim: 'c', header: 'X-Omnia-Claim-C-1' }] }],
      maxValueBytes: 65_536,
      trustedPeers: [peer(1), peer(1)],
      agentFrom: { nodeLabel: 'app.kubernetes.io/instance' },
    },
  ],
  ['no peers', { ...CLAIMS, trustedPeers: [] }],
  ['5,000 peers', { ...CLAIMS, trustedPeers: Array.from({ length: 5000 }, (_, index) => peer(index)) }],
  ['the smallest size', { ...CLAIMS, maxValueBytes: 1 }],
  ['a header in lower case', rule('x', 'x-omnia-claim-a')],
  ['a claim of 32 parts', rule('a.'.repeat(31) + 'a', 'X-Omnia-Claim-A')],
  [
    'blanks and escapes',
    ` {\n"r\\u006fle" : "claims",\t"jwt":{"namespace":"a","key":"b"},"mappings":[ ] }\r\n`,
  ],
  ['inject', INJECT],
  ['inject without names', { role: 'inject', decision: DECISION }],
  ['4,096 headers', { ...CLAIMS, mappings: Array.from({ length: 16 }, (_, m) => mappingOf256(m)) }],
];

for (const [name, configuration] of ACCEPTED) {
  void t.test(`Accepted: ${name}`, (t) => {
    const host = new FilterHost();
    const root = host.createRoot();
    t.equal(host.configure(root, configuration), true);
    t.ok(host.send(root, {}).passes);
    t.end();
  });
}

void t.test(
  'A configuration of 1 MiB that is all values is refused, not a trap, and again while it is in force',
  (t) => {
    const host = new FilterHost();
    const dense = `[${'0,'.repeat(524_286)}0]`;
    const first = host.root(CLAIMS);
    for (let round = 0; round < 3; round++) t.equal(host.configure(host.createRoot(), dense), false);
    t.ok(host.send(first, {}).passes);
    t.end();
  },
);
