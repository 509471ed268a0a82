import t from 'tap';
import { parsePolicyFile } from './read-policy-file.js';

const parse = (text: string) => parsePolicyFile('f.yaml', Buffer.from(text));

t.test('reads every document of a file, each with its own origin', (t) => {
  t.strictSame(parse('a: 1\n---\n# nothing\n---\nb: [x, "1", 1.5, null, yes]\n...\n').documents, [
    { origin: 'f.yaml', value: { a: 1 } },
    { origin: 'f.yaml#3', value: { b: ['x', '1', 1.5, null, 'yes'] } },
  ]);
  t.strictSame(parse('# only a comment\n').documents, []);
  t.strictSame(parse('').documents, []);
  t.end();
});

t.test('reads JSON and expands aliases', (t) => {
  t.strictSame(parse('{"a": {"b": [1]}}').documents[0]?.value, { a: { b: [1] } });
  t.strictSame(parse('a: &x {k: 1}\nb: *x\n').documents[0]?.value, { a: { k: 1 }, b: { k: 1 } });
  t.end();
});

t.test('keeps keys that are special to JavaScript as they are', (t) => {
  const value = parse('__proto__: {a: 1}\nconstructor: 2\n').documents[0]?.value;
  t.ok(typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__'));
  t.equal(Object.getPrototypeOf(value), Object.prototype);
  t.end();
});

const nested = '['.repeat(100_000);
const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x]'];
for (let level = 1; level < 9; level += 1) {
  bomb.push(
    `a${level}: &a${level} [${Array(9)
      .fill(`*a${level - 1}`)
      .join(',')}]`,
  );
}

const faults: readonly (readonly [name: string, text: string, line: number, column: number])[] = [
  ['an open bracket', 'a: 1\nb: [1\n', 3, 1],
  ['a tab as indentation', 'a:\n\tb: 1\n', 2, 1],
  ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 3, 1],
  ['a duplicate key below', 'a:\n  - {x: 1, x: 2}\n', 2, 12],
  ['a tag of its own', 'a: !foo 1\n', 1, 4],
  ['a tag for binary data', 'a: !!binary aGk=\n', 1, 4],
  ['a key that is a list', '? [a]\n: 1\n', 1, 3],
  ['infinity', 'a: .inf\n', 1, 4],
  ['not a number', 'a: 1\nb: .nan\n', 2, 4],
  ['an alias without an anchor', 'a: *x\n', 1, 1],
  ['an alias inside its own anchor', 'a: &x [*x, *x]\n', 1, 1],
  ['aliases that multiply', bomb.join('\n'), 1, 1],
  ['brackets 100,000 deep', nested, 1, 102],
  ['dashes 100,000 deep', '- '.repeat(100_000), 1, 203],
  ['more than 1,000 documents', 'a\n---\n'.repeat(1001), 2000, 1],
  ['more than 1,000 aliases', `- &a 1\n${'- *a\n'.repeat(1001)}`, 1, 1],
  ['a bracket that closes nothing', `a: 1\n${']'.repeat(100_000)}`, 2, 1],
  ['a fault in the second document', 'a: 1\n---\nb: "x\n', 4, 1],
];

for (const [name, text, line, column] of faults) {
  t.test(`refuses ${name} and says where`, (t) => {
    const { documents, problem } = parse(text);
    t.strictSame(documents, []);
    t.match(problem, { code: 'invalid-yaml', path: '', line, column });
    t.end();
  });
}

t.test('reads as many documents and aliases as a file may have', (t) => {
  t.equal(parse('a\n---\n'.repeat(999) + 'a').documents.length, 1000);
  const aliases = Array.from({ length: 1000 }, (_, index) => `- &a${index} 1\n- *a${index}\n`);
  t.equal(parse(aliases.join('')).problem, undefined);
  t.end();
});

t.test('refuses more text than the library reads in good time, before it reads any', (t) => {
  for (const text of ['"'.repeat(800_000), '- '.repeat(400_000), '[]'.repeat(262_145 / 2 + 1)]) {
    t.match(parse(text).problem, { code: 'invalid-yaml', message: /larger than 262144 bytes; split it/ });
  }
  t.end();
});

t.test('refuses what is not UTF-8', (t) => {
  t.match(parsePolicyFile('f.yaml', Uint8Array.of(0x61, 0xff, 0xfe)).problem, {
    code: 'invalid-yaml',
    message: /UTF-8/,
  });
  t.end();
});

t.test('a map with many keys is read in linear time', (t) => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `key${index}: 1`);
  t.equal(Object.keys(parse(lines.join('\n')).documents[0]?.value ?? {}).length, 20_000);
  t.end();
});
