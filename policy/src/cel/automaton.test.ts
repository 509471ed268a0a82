import { RE2JS } from 're2js';
import t from 'tap';
import { buildWhole, chargeGrowth, plainSearches, testAfresh } from './automaton.js';
import { resetBudget, spentSteps } from './budget.js';

function automatonOf(regex: RE2JS): { stateCount: number; step: (...args: readonly unknown[]) => unknown } {
  return regex.re2().dfa;
}

t.test('patterns of words, numbers and addresses have a whole automaton', (t) => {
  for (const pattern of [
    '(?i)(DROP|DELETE|TRUNCATE)',
    '(?i)\\b(drop|delete|truncate|alter|grant|revoke|insert|update|exec|union|shutdown)\\b',
    '^[a-z]+-\\d{4}$',
    '\\d{3}-\\d{2}-\\d{4}',
    '[a-z0-9._%+-]+@[a-z0-9.-]+\\.[a-z]{2,}',
    '(?i)(password|secret|token|api[_-]?key)\\s*[:=]\\s*\\S+',
    'https?://[^\\s/]+\\.(ru|cn)(/|$)',
    '\\.\\./',
    '\\pL+\\d',
  ]) {
    t.ok(buildWhole(RE2JS.compile(pattern)).isWhole, pattern);
  }
  t.end();
});

t.test('no text adds to a whole automaton', (t) => {
  const regex = RE2JS.compile('(?i)\\b(select|union)\\b.*(from|where)[^;]*;$');
  t.ok(buildWhole(regex).isWhole);
  const automaton = automatonOf(regex);
  const before = automaton.stateCount;
  t.ok(before > 20);
  for (const text of [
    '',
    'x',
    'SELECT a FROM b;',
    'union é where \n;',
    ' select\u212a from;',
    '\ud83d\ude00;',
  ])
    regex.test(text);
  t.equal(automaton.stateCount, before);
  t.end();
});

t.test('an automaton that can grow is not built, and leaves nothing behind', (t) => {
  for (const pattern of ['a(a|b){14}$', 'AKIA[0-9A-Z]{16}', 'x.{0,400}y.{0,400}z']) {
    const regex = RE2JS.compile(pattern);
    t.notOk(buildWhole(regex).isWhole, pattern);
    t.equal(automatonOf(regex).stateCount, 0);
  }
  t.end();
});

t.test('growing is paid, the same for the same text', (t) => {
  const regex = RE2JS.compile('a(a|b){14}$');
  chargeGrowth(regex);
  const cost = (text: string): number => {
    resetBudget();
    testAfresh(regex, text);
    return spentSteps();
  };
  const simple = cost('accccccccccccccccccc'.repeat(50));
  const growing = cost('aababbabaababbbabababbaaaabbabba'.repeat(3));
  t.ok(simple > 0 && simple < 1000, `${simple} steps`);
  t.ok(growing > 2 * simple, `${growing} steps`);
  t.equal(cost('accccccccccccccccccc'.repeat(50)), simple);
  t.equal(cost('aababbabaababbbabababbaaaabbabba'.repeat(3)), growing);
  t.equal(automatonOf(regex).stateCount, 0, 'and the states are forgotten');
  t.end();
});

t.test('memory that runs out does not hand over to an engine whose work is not counted', (t) => {
  const regex = RE2JS.compile('a(a|b){14}$');
  Object.assign(regex.re2().dfa, { stateBudget: 20_000, memBudget: 20_000 });
  chargeGrowth(regex);
  resetBudget(10_000_000);
  let state = 1;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
  const text = `${Array.from({ length: 5000 }, () => (next() < 2 ** 31 ? 'a' : 'b')).join('')}abbbbbbbbbbbbbb`;
  t.equal(testAfresh(regex, text), true);
  t.ok(spentSteps() > 4000 * 10, 'almost every character was a new state');
  t.end();
});

t.test('texts that are looked for first are counted', (t) => {
  t.equal(plainSearches(RE2JS.compile('abc')), 1, 'the whole pattern is a text');
  t.equal(plainSearches(RE2JS.compile('abc.*def')), 2);
  t.equal(plainSearches(RE2JS.compile('abc|def')), 1, 'found together');
  t.equal(plainSearches(RE2JS.compile('(?i)abc')), 0);
  t.end();
});
