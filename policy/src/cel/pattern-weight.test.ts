import { RE2JS } from 're2js';
import fc from 'fast-check';
import t from 'tap';
import { patternWeight } from './pattern-weight.js';

/** Instructions that every program has. */
const FRAME = 4;

t.test('a pattern weighs at least what it compiles to', (t) => {
  for (const pattern of [
    '',
    'abc',
    '(?i)abc',
    'a{1000}',
    'a{3,}',
    'a{0,500}',
    '(a|b){14}c{2}',
    '((a?b){10}c){20}',
    '(?:a?b?){100}',
    '[a-z0-9]{64}',
    '\\Qa{5}.b\\E{9}',
    '\\pL{20}[\\pN\\pS]{9}',
    '[[:alpha:]_]+[^]x]',
    '\\x{1F600}{7}',
    '(?P<n>x*)+?y??',
    '^(\\d{4}-){3}$|\\bx\\b',
  ]) {
    const size = RE2JS.compile(pattern).programSize();
    t.ok(
      patternWeight(pattern) + FRAME >= size,
      `${pattern}: ${patternWeight(pattern)} for ${size} instructions`,
    );
  }
  t.end();
});

t.test('classes of Unicode weigh more, and the most where capitals do not count', (t) => {
  t.equal(patternWeight('a{999}'), 2997);
  t.equal(patternWeight('\\pL{999}'), 40_959);
  t.ok(patternWeight('(?i)\\pL{999}') > 2 * patternWeight('\\pL{999}'));
  t.ok(patternWeight('[\\pL\\pN]{9}') > 2 * 9 * 40);
  t.equal(patternWeight('((a{10}){10}){10}') > 1000, true, 'repeats of repeats multiply');
  t.end();
});

t.test('any pattern has a weight that bounds its size', (t) => {
  const piece = fc.constantFrom(
    'a',
    'é',
    '.',
    '\\d',
    '\\pL',
    '[a-z]',
    '[^\\pN]',
    '|',
    '^',
    '\\b',
    '\\Qab\\E',
  );
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'pattern' },
      piece,
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, two]) => one + two),
      fc
        .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{3}', '{2,}', '{0,5}', '{4,6}?'))
        .map(([one, times]) => `(${one})${times}`),
      tie('pattern').map((one) => `(?i:${one})`),
    ),
  }));
  fc.assert(
    fc.property(pattern, (text) => {
      const weight = patternWeight(text);
      if (weight > 20_000) return;
      const size = RE2JS.compile(text).programSize();
      if (size > weight + FRAME) throw new Error(`${text}: ${weight} for ${size} instructions`);
    }),
    { seed: 20_261_122, numRuns: 800 },
  );
  t.pass();
  t.end();
});

t.test('what is no pattern has a weight, too', (t) => {
  for (const text of ['(', ')', '))a{3}((', '[', '[]', '\\', '\\p', '\\p{', '{3}', 'a{3}{4}', '(?i', '\\Q'])
    t.ok(patternWeight(text) >= 0, text);
  t.end();
});
