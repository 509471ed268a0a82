import { RE2JS } from 're2js';
import t from 'tap';
import { compilePattern } from './compile-pattern.js';

const LETTERS = Array.from({ length: 250 }, (_, i) => String.fromCodePoint(0x4e00 + i));

function isOnePass(regex: RE2JS): boolean {
  return (regex.re2() as unknown as { readonly onepass: object | null }).onepass !== null;
}

t.test('few choices make a one-pass program, which costs nothing to start', (t) => {
  for (const pattern of ['^[a-z]+-\\d{4}$', '^[\\pL\\pN .-]{1,255}$', '\\A(?:GET|PUT) /x$'])
    t.ok(isOnePass(compilePattern(pattern)), pattern);
  t.end();
});

t.test('many choices do not, since making it takes the cube of them', (t) => {
  for (const pattern of [
    `^${LETTERS.map((letter) => `${letter}?`).join('')}$`,
    `\\A${LETTERS.map((letter) => `${letter}*`).join('')}`.slice(0, 400),
    `^(?:${LETTERS.slice(0, 80)
      .map((letter) => `${letter}x`)
      .join('|')})y$`,
    '(?i)^(?:\\pL{0,1}\\pN{0,1}\\pS{0,1}\\pM{0,1}\\pP{0,1}\\pC){30}$',
  ])
    t.notOk(isOnePass(compilePattern(pattern)), pattern);
  t.end();
});

t.test('and mean the same', (t) => {
  for (const pattern of [
    '^a?b?c?d?e?$',
    '^a?b?c?|d*|e$',
    '(?m)^a?b?c?d?e?$',
    '(?i)^(a|b|c|d|e|f)$',
    '\\Aa*b*c*d*e*\\Q?|',
    '(?s)^a?b?c?d?.$',
  ]) {
    for (const text of ['', 'a', 'ace', 'ABC', 'x', 'e', 'f', 'ab\n', 'x\nabc', 'ae?|', '\n', 'aed'])
      t.equal(
        compilePattern(pattern).test(text),
        RE2JS.compile(pattern).test(text),
        `${pattern} on ${JSON.stringify(text)}`,
      );
  }
  t.end();
});

t.test('and fail the same', (t) => {
  for (const start of ['*', '+', '{2}', ')', '(', '(?i)*', '['])
    for (const end of ['', '\\', '\\p', '(?', '[a']) {
      const pattern = `${start}^a?b?c?d?e?${end}`;
      t.throws(() => compilePattern(pattern), { message: messageOf(() => RE2JS.compile(pattern)) }, pattern);
    }
  t.end();
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return 'nothing failed';
}
