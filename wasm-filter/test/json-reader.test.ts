import t from 'tap';
import { expectedJson } from './json-oracle.js';
import { probe } from './probe.js';
import { type Random, mutated, random } from './random.js';

const { readJson, memoryBytes } = probe();

const MALFORMED: readonly string[] = [
  ...[
    '',
    ' ',
    '\uFEFF{}',
    '{',
    '}',
    '[',
    ']',
    '"',
    '{]',
    '[}',
    '{}}',
    '[]]',
    '{} {}',
    'nul',
    'nulll',
    'True',
    'undefined',
  ],
  ...[
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1,,2]',
    '{"a":1,}',
    '{,"a":1}',
    '{"a"}',
    '{"a":}',
    '{"a" 1}',
    '{"a":1 "b":2}',
    '{a:1}',
  ],
  ...[
    "{'a':1}",
    '{1:2}',
    '{"a"::1}',
    '{null:1}',
    '01',
    '-01',
    '+1',
    '.5',
    '1.',
    '1.e3',
    '1e',
    '1e+',
    '-',
    '--1',
    '1e1.5',
  ],
  ...[
    '0x10',
    'NaN',
    'Infinity',
    '-Infinity',
    '1_000',
    '"a',
    '"a\n"',
    '"\t"',
    '"\0"',
    '"\\"',
    '"\\x41"',
    '"\\u12"',
    '"\\u12G4"',
  ],
  ...[
    '"\\U0041"',
    '"\\ud800"',
    '"\\udc00"',
    '"\\ud800\\u0041"',
    '"\\ud800x"',
    '"a" "b"',
    '/*c*/1',
    '1//c',
    '#',
    '\v1',
    '\u00a01',
  ],
  ...[
    '[1',
    '[1,',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '"\\u',
    '"\\',
    'tru',
    '[true',
    'f',
    '1 1',
    "'a'",
    '`a`',
    '[1]x',
  ],
  `${'['.repeat(33)}${']'.repeat(33)}`,
  `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`,
  '['.repeat(100_000),
];

const NOT_UTF8: readonly (readonly [string, readonly number[]])[] = [
  ['a continuation alone', [0x80]],
  ['a lead alone', [0xc3]],
  ['an overlong NUL', [0xc0, 0x80]],
  ['an overlong slash', [0xe0, 0x80, 0xaf]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ['a lead that does not exist', [0xff]],
  ['three of four bytes', [0xf0, 0x9f, 0x98]],
];

void t.test(`Each of ${MALFORMED.length} malformed documents is refused`, (t) => {
  for (const text of MALFORMED)
    t.equal(readJson(Buffer.from(text)), undefined, JSON.stringify(text.slice(0, 40)));
  t.end();
});

void t.test('Text that is not UTF-8 is refused', (t) => {
  for (const [name, bytes] of NOT_UTF8) {
    t.equal(readJson(Buffer.from([0x22, ...bytes, 0x22])), undefined, name);
    t.equal(readJson(Buffer.from([0x22, 0x61, ...bytes])), undefined, `${name}, cut off`);
  }
  t.end();
});

const WELL_FORMED: readonly string[] = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '-0',
    '1e3',
    '-1.5E-10',
    '""',
    '"a"',
    ' [ ] ',
    '\t{\r\n}\n',
    '{"":0}',
    '[[],{},[{}]]',
  ],
  ...[
    '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"\\u0000\\u00e9\\u20ac\\ud83d\\ude00"',
    '"é€😀\u007f"',
    '{"a":1,"a":2}',
    '"\\uD834\\uDd1E"',
  ],
  ...['{"__proto__":1,"constructor":2}', `${'['.repeat(32)}${']'.repeat(32)}`, `[${'1,'.repeat(5000)}1]`],
  `"${'\\n'.repeat(70_000)}"`,
];

void t.test('Well-formed documents read as JSON.parse reads them', (t) => {
  for (const text of WELL_FORMED) {
    t.same(readJson(Buffer.from(text)), { value: JSON.parse(text) as unknown }, text.slice(0, 40));
  }
  t.end();
});

/** A random document with every kind of value, some escapes and some depth. */
function randomJson(source: Random, depth = 0): string {
  const kind = source.below(depth > 5 ? 6 : 9);
  if (kind < 3)
    return source.pick(['null', 'true', 'false', '0', '-1.5e3', '12', '1E-2', '123456789012345678']);
  if (kind < 6)
    return source.pick(['""', '"a"', '"\\n\\u00e9"', '"é€😀"', '"\\ud83d\\ude00"', '"\\\\\\""', '"a b"']);
  const elements = Array.from({ length: source.below(4) }, () => randomJson(source, depth + 1));
  if (kind === 6) return `[${elements.join(',')}]`;
  return `{${elements.map((element) => `${source.pick(['"a"', '"b"', '"\\u0061"', '"é"'])}: ${element}`).join(', ')}}`;
}

const FUZZ_CASES = 20_000;

void t.test(
  `${FUZZ_CASES} mutated documents are read as JSON.parse reads them, or refused as it does`,
  (t) => {
    const source = random(20_251);
    const verdicts = { accepted: 0, refused: 0 };
    for (let count = 0; count < FUZZ_CASES; count++) {
      const document = Buffer.from(randomJson(source));
      const bytes = count % 4 === 0 ? document : mutated(document, source);
      const want = expectedJson(bytes);
      verdicts[want ? 'accepted' : 'refused'] += 1;
      const got = readJson(bytes);
      if (canonical(got) === canonical(want)) continue;
      t.same(got, want, `case ${count}: ${JSON.stringify(bytes.toString('latin1'))}`);
      break;
    }
    t.ok(verdicts.accepted > FUZZ_CASES / 4 && verdicts.refused > FUZZ_CASES / 4, JSON.stringify(verdicts));
    t.end();
  },
);

/** Equal texts for equal values, whatever the order of members. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

void t.test('The reader leaves no memory behind', (t) => {
  const document = Buffer.from(`[${'{"a":"\\n"},'.repeat(10_000)}1]`);
  readJson(document);
  const before = memoryBytes();
  for (let count = 0; count < 200; count++) readJson(document);
  t.equal(memoryBytes(), before);
  t.end();
});
