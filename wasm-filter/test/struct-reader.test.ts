import t from 'tap';
import { JWT, claimsConfig, headerOf } from './claims-request.js';
import { FilterHost } from './filter-host.js';
import { type Random, mutated, random } from './random.js';
import {
  type StructInput,
  type StructObject,
  encodeMetadata,
  lengthDelimited,
  mapEntry,
  varint,
} from './struct-encoder.js';
import { expectedClaim } from './struct-oracle.js';

const NAMES = ['a', 'b', 'a.b', 'b.a', 'a.b.a', 'a.a.b.b', 'é'] as const;
const host = new FilterHost();
const root = host.root(
  claimsConfig(NAMES.map((claim, index) => ({ claim, header: `X-Omnia-Claim-${index}` }))),
);

/** What the filter makes of metadata: the header of each claim, and whether the request passes. */
function claimsFrom(metadata: Buffer): { passes: boolean; claims: (string | undefined)[] } {
  const outcome = host.send(root, { properties: new Map([['metadata', metadata]]) });
  host.state.logs.length = 0;
  return {
    passes: outcome.passes,
    claims: NAMES.map((_, index) => headerOf(outcome, `x-omnia-claim-${index}`)),
  };
}

function randomValue(source: Random, depth: number): StructInput {
  const kind = source.below(depth > 4 ? 8 : 14);
  if (kind < 4) return source.pick(['', 'x', ' é ', 'a,b', 'a\nb', 'longer text']);
  if (kind < 6) return source.pick([0, 1, -1.5, 1e21, 0.1, NaN, 9007199254740992]);
  if (kind < 8) return source.pick([true, false, null]);
  if (kind < 10) return Array.from({ length: source.below(4) }, () => randomValue(source, depth + 3));
  return randomStruct(source, depth + 1);
}

function randomStruct(source: Random, depth: number): StructObject {
  const keys = Array.from({ length: 1 + source.below(4) }, () =>
    source.pick(['a', 'b', 'a.b', 'b.a', 'é', '']),
  );
  return Object.fromEntries(keys.map((key) => [key, randomValue(source, depth)]));
}

function randomMetadata(source: Random): Buffer {
  return encodeMetadata({
    other: randomStruct(source, 3),
    [JWT.namespace]: { [JWT.key]: randomStruct(source, 0) },
  });
}

const CASES = 20_000;

void t.test(
  `${CASES} intact, mutated or cut off payloads: no trap, and the claims of a second reader`,
  (t) => {
    const source = random(7);
    const seen = { claims: 0, refused: 0 };
    for (let count = 0; count < CASES; count++) {
      const whole = randomMetadata(source);
      const metadata =
        count % 3 === 0
          ? whole
          : count % 3 === 1
            ? mutated(whole, source)
            : whole.subarray(0, source.below(whole.length));
      const { passes, claims } = claimsFrom(metadata);
      if (!passes) seen.refused += 1;
      seen.claims += claims.filter((value) => value !== undefined).length;
      const want = NAMES.map((name) => expectedClaim(metadata, Buffer.from(name).toString('latin1')));
      if (
        JSON.stringify(claims) === JSON.stringify(want) &&
        (passes || want.every((value) => value === undefined))
      )
        continue;
      t.same(claims, want, `case ${count}: ${metadata.toString('hex')}`);
      break;
    }
    t.ok(seen.claims > CASES / 10 && seen.refused > CASES / 20, JSON.stringify(seen));
    t.end();
  },
);

void t.test('Random bytes never trap', (t) => {
  const source = random(8);
  for (let count = 0; count < 5000; count++) {
    claimsFrom(Buffer.from(Array.from({ length: source.below(200) }, () => source.below(256))));
  }
  t.end();
});

/** Metadata whose payload struct is these bytes. */
function payload(struct: Buffer): Buffer {
  return mapEntry(JWT.namespace, mapEntry(JWT.key, lengthDelimited(5, struct)));
}

const text = (value: string): Buffer => lengthDelimited(3, Buffer.from(value));

const HOSTILE: readonly (readonly [string, Buffer, string | undefined])[] = [
  ['a whole claim, for comparison', payload(mapEntry('a', text('x'))), 'x'],
  [
    'a doubled claim: the last one',
    payload(Buffer.concat([mapEntry('a', text('x')), mapEntry('a', text('y'))])),
    'y',
  ],
  [
    'a doubled payload: the last one',
    Buffer.concat([payload(mapEntry('a', text('x'))), payload(mapEntry('b', text('y')))]),
    undefined,
  ],
  [
    'a value set twice: the last one',
    payload(mapEntry('a', Buffer.concat([text('x'), Buffer.from([0x20, 1])]))),
    'true',
  ],
  [
    'an unknown field beside the value',
    payload(mapEntry('a', Buffer.concat([text('x'), Buffer.from([0x58, 1])]))),
    'x',
  ],
  [
    'a fixed32 beside the value',
    payload(mapEntry('a', Buffer.concat([text('x'), Buffer.from([0x5d, 1, 2, 3, 4])]))),
    'x',
  ],
  ['a value without content', payload(mapEntry('a', Buffer.alloc(0))), undefined],
  [
    'text that is not UTF-8',
    payload(mapEntry('a', lengthDelimited(3, Buffer.from([0x61, 0xff])))),
    undefined,
  ],
  [
    'a length of 4 GiB',
    payload(mapEntry('a', Buffer.from([0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x78]))),
    undefined,
  ],
  [
    'a length of 2^63',
    payload(mapEntry('a', Buffer.concat([Buffer.from([0x1a]), Buffer.alloc(9, 0xff), Buffer.from([0])]))),
    undefined,
  ],
  ['a length one too large', payload(mapEntry('a', Buffer.from([0x1a, 2, 0x78]))), undefined],
  [
    'a varint of eleven bytes',
    payload(mapEntry('a', Buffer.concat([Buffer.from([0x20]), Buffer.alloc(10, 0x80), Buffer.from([1])]))),
    undefined,
  ],
  ['a group', payload(mapEntry('a', Buffer.concat([text('x'), Buffer.from([0x5b, 0x5c])]))), undefined],
  [
    'a tag beyond 32 bits',
    payload(mapEntry('a', Buffer.from([0x9a, 0x80, 0x80, 0x80, 0x80, 1, 1, 0x78]))),
    undefined,
  ],
  ['field number 0', payload(mapEntry('a', Buffer.concat([text('x'), Buffer.from([0x00, 1])]))), undefined],
  ['a cut off double', payload(mapEntry('a', Buffer.from([0x11, 0, 0, 0]))), undefined],
  [
    'a large length of the map itself',
    Buffer.concat([Buffer.from([0x0a]), varint(2 ** 31), Buffer.from([1])]),
    undefined,
  ],
];

for (const [name, metadata, want] of HOSTILE) {
  void t.test(`Hostile protobuf: ${name}`, (t) => {
    t.equal(claimsFrom(metadata).claims[0], want);
    t.equal(expectedClaim(metadata, 'a'), want, 'the second reader agrees');
    t.end();
  });
}

void t.test('Metadata that is itself malformed refuses the request', (t) => {
  t.notOk(claimsFrom(Buffer.from([0x0a, 0x05, 0x01])).passes);
  t.ok(claimsFrom(Buffer.alloc(0)).passes);
  t.end();
});
