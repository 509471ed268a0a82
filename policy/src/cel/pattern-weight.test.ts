import fc from 'fast-check';
import t from 'tap';
import { compilePattern } from './compile-pattern.js';
import { patternWeight } from './pattern-weight.js';

/** Instructions that every program has. */
const FRAME = 4;
const LOOKUPS_PER_WEIGHT = 25;
const RANGES_PER_WEIGHT = 20;

interface Program {
  readonly prog: { readonly inst: readonly { readonly runes: ArrayLike<number> | null }[] };
}

/** What compiling did, counted: instructions, the ranges that they hold, and characters looked up in other cases. */
function workOf(pattern: string): number {
  let lookups = 0;
  const has = Object.getOwnPropertyDescriptor(Map.prototype, 'has') as TypedPropertyDescriptor<
    (key: unknown) => boolean
  >;
  Object.defineProperty(Map.prototype, 'has', {
    ...has,
    value(this: Map<unknown, unknown>, key: unknown) {
      // re2js asks its map of cases for each.
      if (typeof key === 'number') lookups++;
      return has.value?.call(this, key);
    },
  });
  try {
    const regex = compilePattern(pattern);
    const { prog } = regex.re2() as unknown as Program;
    const ranges = prog.inst.reduce((sum, { runes }) => sum + (runes?.length ?? 0) / 2, 0);
    return regex.programSize() + ranges / RANGES_PER_WEIGHT + lookups / LOOKUPS_PER_WEIGHT;
  } finally {
    Object.defineProperty(Map.prototype, 'has', has);
  }
}

t.test('a pattern weighs at least what compiling it takes', (t) => {
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
    '(){999}',
    '()'.repeat(100),
    '(?i)[a-z]',
    '(?i)[A-z]{20}',
    '(?i)[\u0100-\u0587]',
    '(?i:[B-\u{1e942}])',
    '(?s-m)(?i-s:[B-\\x{1e942}])(?-i:[B-\\x{1E942}])',
    '(?i)[^B-\\x{1e942}--\u{1e942}\\--\u{ffff}]',
    '(?i)[\\177-\\777]',
    '(?i)\\w[\\W[:^print:]]{9}',
    '(?i)[\\PL\\p{Lu}]{5}',
  ]) {
    const [weight, work] = [patternWeight(pattern), workOf(pattern)];
    t.ok(weight + FRAME >= work, `${pattern}: ${weight} for ${work}`);
  }
  t.end();
});

t.test('classes of Unicode weigh more, and the most where capitals do not count', (t) => {
  t.equal(patternWeight('a{999}'), 2997);
  t.equal(patternWeight('\\pL{999}'), 41_089);
  t.ok(patternWeight('(?i)\\pL') > patternWeight('\\pL') + 50);
  t.ok(patternWeight('[\\pL\\pN]{9}') > 2 * 9 * 40);
  t.equal(patternWeight('((a{10}){10}){10}') > 1000, true, 'repeats of repeats multiply');
  t.end();
});

t.test('a range whose characters are looked up one by one weighs what that takes', (t) => {
  const range = 'B-\u{1e942}';
  t.ok(patternWeight(`(?i)[${range}]`) > 10_000);
  t.ok(patternWeight(`(?i)[${range.repeat(120)}]`) > 1_000_000);
  t.equal(patternWeight(`[${range.repeat(120)}]`), 482, 'and nothing where capitals count');
  t.ok(patternWeight('(?i)[a-z0-9._%+-]+@[a-z0-9.-]+\\.[a-z]{2,}') < 150);
  t.ok(
    patternWeight('(?i)[\\x{4e00}-\\x{9fff}]{1,64}') < 5_500,
    'they are looked up once, whatever repeats them',
  );
  t.end();
});

t.test('any pattern has a weight that bounds the work', (t) => {
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
    '\\w',
    '()',
    '[a-\u017f]',
    '[^\\x{250}-\\x{2af}k-]',
    '[\\x41-\\x{1e942}]',
    '[[:print:]\\p{Lu}--\ua7ff]',
  );
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'pattern' },
      piece,
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, two]) => one + two),
      fc
        .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{3}', '{2,}', '{0,5}', '{4,6}?'))
        .map(([one, times]) => `(${one})${times}`),
      fc
        .tuple(tie('pattern'), fc.constantFrom('i', '-i', 's-i', 'i-s', 'is'))
        .map(([one, flags]) => `(?${flags}:${one})`),
      fc.tuple(tie('pattern'), fc.constantFrom('i', '-i', 'si')).map(([one, flags]) => `(?${flags})${one}`),
    ),
  }));
  fc.assert(
    fc.property(pattern, (text) => {
      const weight = patternWeight(text);
      if (weight > 20_000) return;
      const work = workOf(text);
      if (work > weight + FRAME) throw new Error(`${text}: ${weight} for ${work}`);
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
