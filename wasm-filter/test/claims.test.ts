import t from 'tap';
import { claimsConfig, headerOf, sendWithToken } from './claims-request.js';
import { FilterHost } from './filter-host.js';

interface Case {
  readonly name: string;
  readonly payload: string;
  /** Default: `c`. */
  readonly claim?: string;
  /** Undefined: no header. */
  readonly want: string | undefined;
  readonly maxValueBytes?: number;
}

/** The header that a token gives, in a VM of its own. */
function claimHeader({
  payload,
  claim = 'c',
  maxValueBytes = 4096,
}: Omit<Case, 'name' | 'want'>): string | undefined {
  const host = new FilterHost();
  const root = host.root(claimsConfig([{ claim, header: 'X-Omnia-Claim-C' }], { maxValueBytes }));
  const outcome = sendWithToken(host, root, payload);
  if (!outcome.passes) throw new Error('the filter refused the request');
  return headerOf(outcome, 'x-omnia-claim-c');
}

function check(title: string, cases: readonly Case[]): void {
  void t.test(title, (t) => {
    for (const { name, want, ...rest } of cases) t.equal(claimHeader(rest), want, name);
    t.end();
  });
}

check('Strings', [
  { name: 'a string stays as it is', payload: '{"c":"a b"}', want: 'a b' },
  { name: 'blanks at both ends go', payload: '{"c":" \\t a b \\t "}', want: 'a b' },
  { name: 'an empty string gives an empty header', payload: '{"c":""}', want: '' },
  { name: 'a blank string gives an empty header', payload: '{"c":"  "}', want: '' },
  { name: 'non-ASCII stays as UTF-8', payload: '{"c":"Zoë 日本 😀"}', want: 'Zoë 日本 😀' },
  { name: 'escaped non-ASCII is the same', payload: '{"c":"Zo\\u00eb"}', want: 'Zoë' },
  { name: 'CR LF drops the header', payload: '{"c":"a\\r\\nx-evil: 1"}', want: undefined },
  { name: 'a newline at the end is no blank', payload: '{"c":"a\\n"}', want: undefined },
  { name: 'LF alone drops it', payload: '{"c":"a\\nb"}', want: undefined },
  { name: 'NUL drops it', payload: '{"c":"a\\u0000b"}', want: undefined },
  { name: 'any control character drops it', payload: '{"c":"a\\u001fb"}', want: undefined },
  { name: 'a tab inside drops it', payload: '{"c":"a\\tb"}', want: undefined },
  { name: 'DEL drops it', payload: '{"c":"a\\u007fb"}', want: undefined },
  { name: 'a string of the largest size stays', payload: '{"c":"abcd"}', maxValueBytes: 4, want: 'abcd' },
  { name: 'a longer one is dropped, not cut', payload: '{"c":"abcde"}', maxValueBytes: 4, want: undefined },
  { name: 'bytes count, not characters', payload: '{"c":"ééé"}', maxValueBytes: 5, want: undefined },
  { name: 'the size counts after trimming', payload: '{"c":"  abcd  "}', maxValueBytes: 4, want: 'abcd' },
  { name: '10 KiB is over the default', payload: `{"c":"${'x'.repeat(10_240)}"}`, want: undefined },
  { name: 'a comma may stand in a string', payload: '{"c":"a,b"}', want: 'a,b' },
]);

check('Bools, null, objects', [
  { name: 'true', payload: '{"c":true}', want: 'true' },
  { name: 'false', payload: '{"c":false}', want: 'false' },
  { name: 'null has no header', payload: '{"c":null}', want: undefined },
  { name: 'a null beside it does no harm', payload: '{"a":null,"c":"x","z":null}', want: 'x' },
  { name: 'an object has no header', payload: '{"c":{"a":1}}', want: undefined },
  { name: 'a missing claim has none', payload: '{"d":"x"}', want: undefined },
  { name: 'an empty token has none', payload: '{}', want: undefined },
]);

check('Numbers are as written in the token', [
  ...[
    ...[
      '0',
      '7',
      '-7',
      '1.0',
      '1e3',
      '1E+3',
      '0.25',
      '-0.5',
      '100.00',
      '-0',
      '0.1',
      '1e-7',
      '123456789012345678',
    ],
    ...[
      '9007199254740993',
      '12345678901234567890',
      '1.7976931348623157e308',
      '5e-324',
      '2.2250738585072011e-308',
    ],
    ...['0.1000000000000000055511151231257827', '1e23', '9.5367431640625e-7'],
  ].map((spelling) => ({ name: spelling, payload: `{"c":${spelling}}`, want: spelling })),
  {
    name: 'a spelling that is too long is dropped',
    payload: '{"c":1.000000}',
    maxValueBytes: 7,
    want: undefined,
  },
]);

check('Arrays', [
  { name: 'elements are joined with commas', payload: '{"c":["a","b","c"]}', want: 'a,b,c' },
  { name: 'one element needs none', payload: '{"c":["a"]}', want: 'a' },
  { name: 'scalars may be mixed', payload: '{"c":["a",1.50,true,false,12]}', want: 'a,1.50,true,false,12' },
  { name: 'elements are trimmed', payload: '{"c":[" a ","b\\t"]}', want: 'a,b' },
  { name: 'empty elements stay', payload: '{"c":["","a",""]}', want: ',a,' },
  { name: 'an empty array has no header', payload: '{"c":[]}', want: undefined },
  { name: 'an element with a comma', payload: '{"c":["a","b,c"]}', want: undefined },
  { name: 'an element with a control character', payload: '{"c":["a","b\\n"]}', want: undefined },
  { name: 'a null element', payload: '{"c":["a",null]}', want: undefined },
  { name: 'an array inside', payload: '{"c":["a",["b"]]}', want: undefined },
  { name: 'an object inside', payload: '{"c":[{"a":1}]}', want: undefined },
  { name: 'an array of the largest size', payload: '{"c":["ab","c"]}', maxValueBytes: 4, want: 'ab,c' },
  { name: 'a longer one', payload: '{"c":["ab","cd"]}', maxValueBytes: 4, want: undefined },
  {
    name: 'an empty last element counts its comma',
    payload: '{"c":["abcd",""]}',
    maxValueBytes: 4,
    want: undefined,
  },
]);

check('Claim names', [
  { name: 'a dot goes into an object', claim: 'a.b', payload: '{"a":{"b":"x"}}', want: 'x' },
  { name: 'several dots', claim: 'a.b.c', payload: '{"a":{"b":{"c":[1,2]}}}', want: '1,2' },
  { name: 'a URL', claim: 'https://ex.com/roles', payload: '{"https://ex.com/roles":["r"]}', want: 'r' },
  {
    name: 'a URL with members',
    claim: 'https://ex.com/org.region',
    payload: '{"https://ex.com/org":{"region":"eu"}}',
    want: 'eu',
  },
  { name: 'the literal key comes first', claim: 'a.b', payload: '{"a":{"b":"no"},"a.b":"yes"}', want: 'yes' },
  { name: 'a literal null is final', claim: 'a.b', payload: '{"a":{"b":"no"},"a.b":null}', want: undefined },
  {
    name: 'the longest key comes first',
    claim: 'a.b.c',
    payload: '{"a":{"b":{"c":"no"}},"a.b":{"c":"yes"}}',
    want: 'yes',
  },
  {
    name: 'and nothing is tried after it',
    claim: 'a.b.c',
    payload: '{"a":{"b":{"c":"no"}},"a.b":{"d":1}}',
    want: undefined,
  },
  {
    name: 'a longer key without members does not hide',
    claim: 'a.b.c',
    payload: '{"a":{"b":{"c":"x"}},"a.b":1}',
    want: 'x',
  },
  { name: 'a key with a dot inside an object', claim: 'a.b.c', payload: '{"a":{"b.c":"x"}}', want: 'x' },
  { name: 'an array has no members', claim: 'a.0', payload: '{"a":["x"]}', want: undefined },
  { name: 'a string has no members', claim: 'a.length', payload: '{"a":"x"}', want: undefined },
  {
    name: 'the beginning of a key is no key',
    claim: 'team',
    payload: '{"teams":"x","tea":"y"}',
    want: undefined,
  },
  { name: 'case matters', claim: 'Team', payload: '{"team":"x"}', want: undefined },
  { name: 'an empty key can be reached', claim: '.a', payload: '{"":{"a":"x"}}', want: 'x' },
  { name: 'names of every object are ordinary', claim: 'constructor', payload: '{"a":1}', want: undefined },
  { name: 'a number in an object is as written', claim: 'a.n', payload: '{"a":{"n":1.50}}', want: '1.50' },
  {
    name: 'a number at a key with a dot is as written',
    claim: 'a.n',
    payload: '{"a.n":2.0,"a":{"n":1.50}}',
    want: '2.0',
  },
  {
    name: '32 parts',
    claim: Array.from({ length: 32 }, () => 'a').join('.'),
    payload: `${'{"a":'.repeat(32)}"deep"${'}'.repeat(32)}`,
    want: 'deep',
  },
]);

void t.test('Names and values can be of any ASCII in any order of keys', (t) => {
  const host = new FilterHost();
  const names = Array.from({ length: 64 }, (_, index) => `claim-${index}`);
  const root = host.root(claimsConfig(names.map((claim) => ({ claim, header: `X-Omnia-Claim-${claim}` }))));
  const payload = JSON.stringify(
    Object.fromEntries(names.toReversed().map((name) => [name, `value of ${name}`])),
  );
  const outcome = sendWithToken(host, root, payload);
  for (const name of names)
    t.equal(headerOf(outcome, `X-Omnia-Claim-${name}`.toLowerCase()), `value of ${name}`);
  t.end();
});
