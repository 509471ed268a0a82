import { RE2JS } from 're2js';
import t from 'tap';
import { resetBudget } from './budget.js';
import { compileRule } from './compile-rule.js';
import { createActivation } from './create-activation.js';
import { exampleCall } from './testing/example-call.js';
import { matchesCallPattern } from './pattern.js';
import { matchesRulePattern, RulePatterns, usePatterns } from './rule-patterns.js';

/** Why a pattern of a rule is refused; undefined for a good one, which is then the only one of the expression. */
function patternProblem(pattern: string): string | undefined {
  const patterns = new RulePatterns();
  const problem = patterns.add(pattern);
  usePatterns(patterns);
  return problem;
}

t.test('patterns mean what RE2 says', (t) => {
  const table: readonly [pattern: string, text: string, matches: boolean][] = [
    ['(?i)drop', 'DROP TABLE', true],
    ['drop', 'DROP TABLE', false],
    ['^a.c$', 'abc', true],
    ['^a.c$', 'a\nc', false],
    ['(?s)^a.c$', 'a\nc', true],
    ['^b$', 'a\nb', false],
    ['(?m)^b$', 'a\nb', true],
    ['\\Ab\\z', 'b', true],
    ['\\Ab\\z', 'b\n', false],
    ['a$', 'a\n', false],
    ['[[:alpha:]]+', '123a', true],
    ['^[[:digit:]]+$', '123a', false],
    ['\\pL', '1é', true],
    ['\\p{Greek}', 'abc', false],
    ['\\p{Greek}', 'aλc', true],
    ['^.$', '😀', true],
    ['^..$', '😀', false],
    ['^\\w$', 'é', false],
    ['\\bcat\\b', 'a cat.', true],
    ['\\s', '\u00a0', false],
    ['\\d', '٣', false],
    ['(?P<year>\\d{4})', 'in 2026', true],
    ['a{2,3}?b', 'aaab', true],
    ['(a|ab)(c|bcd)$', 'abcd', true],
    ['(?U)a+', 'aaa', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\Qa.b\\E', 'axb', false],
    ['x*', '', true],
    ['', 'anything', true],
    ['(?i)k', '\u212a', true],
    ['[^a]', 'a', false],
    ['\\x{1F600}', '😀', true],
  ];
  for (const [pattern, text, matches] of table) {
    resetBudget();
    t.equal(patternProblem(pattern), undefined);
    t.equal(matchesRulePattern(text, pattern), matches, `${pattern} on ${JSON.stringify(text)}`);
    t.equal(matchesCallPattern(text, pattern), matches);
  }
  t.end();
});

t.test('what needs backtracking is no pattern', (t) => {
  for (const pattern of [
    '(?=a)',
    '(?!a)',
    '(?<=a)',
    '(?<!a)',
    '(a)\\1',
    '(?>a)',
    'a++',
    '\\Z',
    '(?#c)',
    'a{1001}',
    '(',
    '[b-a]',
  ]) {
    resetBudget();
    t.match(patternProblem(pattern), /./, pattern);
    t.throws(() => matchesCallPattern('a', pattern), {
      message: 'evaluation-failed: the pattern is no RE2 pattern',
    });
  }
  t.throws(() => matchesCallPattern('a', 'a'.repeat(513)), { message: /too long/ });
  t.end();
});

t.test('a pattern of a rule is compiled when the rule is, and not again', (t) => {
  const calls = t.capture(RE2JS, 'compile', RE2JS.compile.bind(RE2JS));
  const rule = compileRule('body.s.matches("^only-in-this-test-[0-9]+$")');
  const activation = createActivation(exampleCall({ body: { s: 'only-in-this-test-1' } }));
  t.strictSame(rule.ok && rule.expression.evaluate(activation), { ok: true, value: true });
  t.equal(calls().length, 1);
  t.end();
});

t.test('nor is it when so many others came that it is no longer shared', (t) => {
  const rule = compileRule('body.s.matches("^pushed-out-[0-9]+$")');
  for (let i = 0; i < 5_000; i++) patternProblem(`pushed out by ${i}`);
  const calls = t.capture(RE2JS, 'compile', RE2JS.compile.bind(RE2JS));
  const activation = createActivation(exampleCall({ body: { s: 'pushed-out-1' } }));
  t.strictSame(rule.ok && rule.expression.evaluate(activation), { ok: true, value: true });
  t.equal(calls().length, 0);
  t.end();
});

t.test('the patterns of an expression are bounded together', (t) => {
  const patterns = new RulePatterns();
  const slow = (i: number): string => `a(a|b){14}${i}`;
  t.equal(patterns.add(slow(0)), undefined);
  const { weight } = patterns;
  t.ok(weight > 5_000, 'building an automaton that is too large counts');
  t.equal(patterns.add(slow(0)), undefined);
  t.equal(patterns.weight, weight, 'the same pattern is one');
  t.match(patterns.add('(abc'), /./);
  t.ok(patterns.weight > weight, 'what is no pattern counts, too');
  const problems = Array.from({ length: 100 }, (_, i) => patterns.add(slow(i)));
  t.equal(problems[10], undefined);
  t.match(problems[99], /too large together/);
  const words = new RulePatterns();
  for (let i = 0; i < 50; i++) t.equal(words.add(`(?i)\\b(drop|delete|truncate)\\b.*${i}`), undefined);
  t.end();
});

t.test('what the patterns of an expression took is known, though it be refused', (t) => {
  const weightOf = (text: string): number => compileRule(text).patternsWeight;
  t.equal(weightOf('body.s == "x"'), 0);
  t.ok(weightOf('body.s.matches("[0-9]+x")') > 0);
  t.ok(weightOf('body.s.matches("[0-9]+x") && body.s.matches("y")') > weightOf('body.s.matches("[0-9]+x")'));
  for (const text of ['body.s.matches("a(a|b){14}$") && 1', 'body.s.matches("a(a|b){14}$") || nmae'])
    t.ok(weightOf(text) > 5_000, text);
  t.end();
});

t.test('a pattern that is large written out is refused, earlier when a call brings it', (t) => {
  t.equal(patternProblem('[\\pL\\pN .-]{1,255}'), undefined);
  t.match(patternProblem('\\pL{999}'.repeat(50)), /its repeats and classes make it too large/);
  t.match(patternProblem('(((a{10}){10}){10}){100}'), /its repeats and classes make it too large/);
  resetBudget();
  t.throws(() => matchesCallPattern('a', 'a{1000}b{1000}'), {
    message: 'evaluation-failed: the pattern is too large',
  });
  const hostile = `(?i)[${'B-\u{1e942}'.repeat(120)}]`;
  t.match(patternProblem(hostile), /too large/);
  t.throws(() => matchesCallPattern('a', hostile), { message: /too large/ });
  t.end();
});
