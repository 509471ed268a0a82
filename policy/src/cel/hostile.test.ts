import { spawnSync } from 'node:child_process';
import t from 'tap';
import type { JsonObject, JsonValue } from '../call/json.js';
import { compileRule } from './compile-rule.js';
import { outcomeOf } from './testing/outcome-of.js';
import { LruCache } from './values/lru-cache.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const nested = (open: string, close: string): JsonValue =>
  JSON.parse(`${open.repeat(5000)}1${close.repeat(5000)}`) as JsonValue;
const chain = (start: string, macro: string, times: number): string => start + macro.repeat(times);

const many = numbers(20_000);
const long = 'a'.repeat(500_000);

/** Letters in no order, so that an automaton sees ever new states. */
function letters(count: number): string {
  let state = 1;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
  return Array.from({ length: count }, () => (next() < 2 ** 31 ? 'a' : 'b')).join('');
}

type Probe = readonly [name: string, rule: string, body: JsonObject, outcome: boolean | string];

const PROBES: readonly Probe[] = [
  ['a pattern that backtracks', 'body.a.matches("^(a+)+$")', { a: `${'a'.repeat(30)}!` }, false],
  [
    'a pattern that backtracks on a long text',
    'body.a.matches("(x+x+)+y")',
    { a: 'x'.repeat(20_000) },
    false,
  ],
  ['the worst pattern of RE2', 'body.a.matches("(?:a?){100}a{100}$")', { a: 'a'.repeat(65_536) }, true],
  [
    'thousands of patterns from the body',
    'body.l.exists(x, body.a.matches(x))',
    { a: 'b', l: numbers(2000).map((i) => `(?:a?){50}a{50}${i}`) },
    'over-budget',
  ],
  [
    'a pattern from the body that makes the automaton grow',
    'body.a.matches(body.p)',
    { a: letters(62_000), p: '(?:a?b?){100}(a|b)a(a|b){20}b{3}c?$' },
    'over-budget',
  ],
  [
    'a pattern of the rule whose automaton a body makes grow',
    'body.a.matches("a(a|b){14}$")',
    { a: letters(62_000) },
    'over-budget',
  ],
  [
    'the same pattern on a text that does not',
    'body.a.matches("a(a|b){14}$")',
    { a: 'abc'.repeat(20_000) },
    false,
  ],
  [
    'patterns from the body that are slow to compile',
    'body.l.exists(x, "a".matches(x))',
    { l: numbers(20).map((i) => `(?i)${'\\pL{999}'.repeat(50)}${i}`) },
    'evaluation-failed',
  ],
  [
    'patterns from the body whose ranges are looked up character by character',
    'body.l.exists(x, "a".matches(x))',
    { l: numbers(5).map((i) => `(?i)[${'B-\u{1e942}'.repeat(119)}]${i}`) },
    'evaluation-failed',
  ],
  [
    'patterns from the body with as many choices as fit, anchored',
    'body.l.exists(x, "a".matches(x))',
    {
      l: numbers(30).map(
        (i) =>
          `^${numbers(250)
            .map((at) => `${String.fromCodePoint(0x4e00 + at)}?`)
            .join('')}${i}`,
      ),
    },
    'over-budget',
  ],
  [
    'many patterns from the body that are as large as they may be',
    'body.l.exists(x, "a".matches(x))',
    { l: numbers(10).map((i) => `(?:a?b?){280}${i}`) },
    'over-budget',
  ],
  ['1,000 parentheses', `${'('.repeat(1000)}true${')'.repeat(1000)}`, {}, 'refused'],
  ['10,000 parentheses', `${'('.repeat(10_000)}true${')'.repeat(10_000)}`, {}, 'refused'],
  ['a chain of 10,000 ||', Array(10_000).fill('false').join(' || '), {}, 'refused'],
  ['a chain of 10,000 +', `${Array(10_000).fill('1').join('+')} > 0`, {}, 'refused'],
  ['a list of 10,000', `[${numbers(10_000).join()}].size() > 0`, {}, 'refused'],
  [
    'nested macros over 1,000 by 1,000',
    'body.a.all(x, body.a.all(y, x + y >= 0.0))',
    { a: numbers(1000) },
    'over-budget',
  ],
  [
    'a budget whose error || swallows',
    'body.a.all(x, body.a.all(y, x + y >= 0.0)) || true',
    { a: numbers(1000) },
    'over-budget',
  ],
  [
    'a budget whose error && swallows',
    'body.a.all(x, body.a.all(y, x + y >= 0.0)) && false',
    { a: numbers(1000) },
    'over-budget',
  ],
  [
    'a budget whose error a macro swallows',
    '[1, 2].exists(z, z == 2 || body.l.exists(x, !(x in body.l)))',
    { l: many },
    'over-budget',
  ],
  [
    'three nested macros over 200',
    'body.a.all(x, body.a.all(y, body.a.all(z, x + y + z > -1.0)))',
    { a: numbers(200) },
    'refused',
  ],
  [
    'a text doubled 24 times',
    `${chain('["abcdefgh"]', '.map(x, x + x)', 24)}.exists(x, size(x) > 5)`,
    {},
    'over-budget',
  ],
  [
    'a list doubled 22 times',
    `${chain('[[1]]', '.map(x, x + x)', 22)}.exists(x, size(x) > 5)`,
    {},
    'over-budget',
  ],
  ['lists nested 5,000 deep', 'body.a == body.b', { a: nested('[', ']'), b: 1 }, 'evaluation-failed'],
  [
    'objects nested 5,000 deep',
    'body.a == body.b',
    { a: nested('{"a":', '}'), b: nested('{"a":', '}') },
    'evaluation-failed',
  ],
  [
    'a long list beside itself',
    'body.l.exists(x, body.l.exists(y, x == y + 0.5))',
    { l: many },
    'over-budget',
  ],
  ['membership for every element', 'body.l.exists(x, !(x in body.l))', { l: many }, 'over-budget'],
  ['a range that is never used', 'body.l.exists(x, !body.l.exists(y, true))', { l: many }, 'over-budget'],
  [
    'long texts compared for every element',
    'body.l.exists(x, body.a != body.b)',
    { l: many, a: long, b: long.slice(0, -1) + long.slice(-1) },
    'over-budget',
  ],
  [
    'a search that compares every pair',
    'body.a.contains(body.b)',
    { a: 'a'.repeat(64_000), b: `b${'a'.repeat(32_000)}` },
    'over-budget',
  ],
  [
    'a replacement that explodes',
    'body.a.replace("", body.b).size() > 1',
    { a: long, b: 'b'.repeat(1000) },
    'over-budget',
  ],
  ['a join that explodes', 'body.l.map(x, body.a).join(body.a) == ""', { l: many, a: long }, 'over-budget'],
  [
    'a text taken apart for every element',
    'body.l.exists(x, body.a.split("").size() == 1)',
    { l: many, a: long },
    'over-budget',
  ],
  [
    'a text counted for every element',
    'body.l.exists(x, size(body.a) == 1)',
    { l: many, a: '😀'.repeat(250_000) },
    'over-budget',
  ],
  [
    'the whole body formatted for every element',
    'body.l.exists(x, "%s".format([body]) == "")',
    { l: many },
    'over-budget',
  ],
  [
    'a time zone for every element',
    'body.l.exists(x, timestamp(0).getHours(x) == 25)',
    { l: many.map((i) => `Zone/${i}`) },
    'over-budget',
  ],
  ['a number of 500,000 digits', 'int(body.a) > 0', { a: '9'.repeat(500_000) }, 'evaluation-failed'],
  [
    'a fraction of 500,000 digits',
    'double(body.a) > 0.0',
    { a: `${'9'.repeat(500_000)}x` },
    'evaluation-failed',
  ],
  ['an honest loop over 20,000 elements', 'body.l.all(x, x >= 0)', { l: many }, true],
  [
    'an honest search in 64 KiB',
    'body.a.contains("refund") || body.a.matches("refund$")',
    { a: 'a'.repeat(65_536) },
    false,
  ],
];

t.test('hostile rules and bodies end within the budget', (t) => {
  for (const [name, rule, body, outcome] of PROBES) t.equal(outcomeOf(rule, body), outcome, name);
  t.end();
});

t.test('the same call costs the same, however often it comes', (t) => {
  const edge = (count: number): JsonObject => ({ l: numbers(count) });
  const rule = 'body.l.all(x, x >= 0) && body.l.all(x, "a".matches("a"))';
  let fits = 1;
  while (outcomeOf(rule, edge(fits + 100)) === true) fits += 100;
  for (let i = 0; i < 3; i++) {
    t.equal(outcomeOf(rule, edge(fits)), true);
    t.equal(outcomeOf(rule, edge(fits + 100)), 'over-budget');
  }
  t.equal(outcomeOf('true', {}), true, 'the budget of one evaluation is not that of the next');
  t.end();
});

t.test('syntax that could blow up a parser is read or refused', (t) => {
  const shapes: readonly [open: string, middle: string, close: string][] = [
    ['(', '1', ')'],
    ['[', '1', ']'],
    ['{"a":', '1', '}'],
    ['a.b(', '1', ')'],
    ['!', 'true', ''],
    ['-', '1', ''],
    ['a[', '1', ']'],
    ['a ? b : ', 'c', ''],
    ['a || (', 'b', ')'],
    ['has(a.', 'b', ')'],
    ['a.map(x, ', 'x', ')'],
    ['"', 'a', '"'],
    ['(a.', 'b', ')'],
    ['a.', 'b', ''],
    ['{', '', '}'],
    ['a < (', 'b', ')'],
  ];
  for (const [open, middle, close] of shapes) {
    for (const count of [30, 120]) {
      const text = open.repeat(count) + middle + close.repeat(count);
      t.doesNotThrow(() => compileRule(text), text.slice(0, 20));
      t.notOk(compileRule(text.slice(0, -1)).ok && close !== '', 'a broken one is refused');
    }
  }
  t.end();
});

/** Runs statements in a process of its own with a small heap; gives what it prints. */
function inSmallProcess(statements: string): string {
  const imports = `
    import { compileRule } from ${JSON.stringify(new URL('./compile-rule.js', import.meta.url).href)};
    import { createActivation } from ${JSON.stringify(new URL('./create-activation.js', import.meta.url).href)};
    import { exampleCall } from ${JSON.stringify(new URL('./testing/example-call.js', import.meta.url).href)};
    const outcome = (text, body) => {
      const compiled = compileRule(text);
      if (!compiled.ok) return 'refused';
      const result = compiled.expression.evaluate(createActivation(exampleCall({ body })));
      return result.ok ? result.value : result.code;
    };`;
  const flags = [
    '--max-old-space-size=600',
    '--expose-gc',
    '--input-type=module',
    '-e',
    imports + statements,
  ];
  const { stdout, stderr, status } = spawnSync(process.execPath, flags, {
    encoding: 'utf8',
    timeout: 120_000,
  });
  return status === 0 ? stdout.trim() : `exit ${status}: ${stderr}`;
}

t.test('what would exhaust the heap does not harm the process', (t) => {
  const doubling = (start: string): string => JSON.stringify(chain(start, '.map(x, x + x)', 24));
  const outcomes = inSmallProcess(`
    const all = [
      outcome(${doubling('["abcdefgh"]')} + '.exists(x, size(x) > 1)', {}),
      outcome(${doubling('[[1]]')} + '.exists(x, size(x) > 1)', {}),
      outcome(${doubling('[b"abcdefgh"]')} + '.exists(x, size(x) > 1)', {}),
      outcome('body.l.map(x, body.l).size() > 1', { l: Array(20000).fill(1) }),
      outcome('body.l.map(x, body.a + body.a).size() > 1', { l: Array(20000).fill(1), a: 'a'.repeat(500000) }),
      outcome('body.l.map(x, body.a.split("")).size() > 1', { l: Array(20000).fill(1), a: 'a'.repeat(60000) }),
    ];
    console.log(all.join());`);
  t.equal(outcomes, 'over-budget,over-budget,over-budget,true,over-budget,over-budget');
  t.end();
});

t.test('bodies leave no memory behind', (t) => {
  const grown = inSmallProcess(`
    const rule = compileRule('!has(body.reason) || body.reason == "" || body.reason in [1, 2] || body.p.matches(body.p)');
    const run = (i) => {
      const body = { ['k' + i]: i, reason: { ['r' + i]: [i, [i], { ['s' + i]: i }] }, p: 'a' + (i % 20 ? '' : i) };
      rule.expression.evaluate(createActivation(exampleCall({ body })));
    };
    for (let i = 0; i < 5000; i++) run(i);
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 40000; i++) run(i);
    gc();
    console.log(Math.round((process.memoryUsage().heapUsed - before) / 1e6));`);
  t.match(grown, /^-?\d+$/);
  t.ok(Number(grown) < 20, `${grown} MB more after 40,000 bodies of new shapes and patterns`);
  t.end();
});

t.test('patterns that come with calls leave no memory behind', (t) => {
  const grown = inSmallProcess(`
    const a = ${JSON.stringify(letters(400))};
    gc();
    const before = process.memoryUsage().heapUsed;
    const outcomes = new Set();
    for (let i = 0; i < 60; i++) {
      outcomes.add(outcome('body.a.matches(body.p)', { a, p: '(?:a?b?){60}(a|b)a(a|b){12}b{' + (1 + i) + '}$' }));
    }
    gc();
    console.log(outcomes.has(true) || outcomes.has(false), Math.round((process.memoryUsage().heapUsed - before) / 1e6));`);
  const [, megabytes = ''] = /^true (-?\d+)$/.exec(grown) ?? [];
  t.not(megabytes, '', grown);
  t.ok(Number(megabytes) < 60, `${megabytes} MB after 60 patterns`);
  t.end();
});

t.test('a cache keeps the last used entries', (t) => {
  const cache = new LruCache<number, string>(3);
  let made = 0;
  const get = (key: number): string => cache.get(key, () => `${key}/${made++}`);
  for (const key of [1, 2, 3, 1, 4]) get(key);
  t.equal(cache.size, 3);
  t.equal(get(1), '1/0', 'used again, so kept');
  t.equal(get(2), '2/4', 'the one that was longest unused went');
  t.end();
});
