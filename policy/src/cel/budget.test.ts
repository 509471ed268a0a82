import t from 'tap';
import type { JsonObject } from '../call/json.js';
import { BUDGET_STEPS, CALL_BUDGET_STEPS, spentSteps } from './budget.js';
import { compileRule } from './compile-rule.js';
import { createActivation } from './create-activation.js';
import { exampleCall } from './testing/example-call.js';
import { outcomeOf } from './testing/outcome-of.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

t.test('whatever reads a long text for every element of a list pays for its length', (t) => {
  const k = 'K-'.repeat(11_000);
  const body: JsonObject = { l: numbers(20_000).map(String), k, same: k.slice(1), list: [k], map: { a: k } };
  for (const condition of [
    'body.k in identity.claims',
    'body.k in headers',
    'body.k in body',
    'body.k in body.map',
    'body.map[body.k] == 1 || false',
    '{body.k: 1} == {}',
    'body.k.startsWith(body.same)',
    '!body.k.endsWith(body.k)',
    'body.k == body.same + "x"',
    'body.k < body.same',
    '!(body.k in body.list)',
    'body.list != [body.k]',
    'body.map != {"a": body.k}',
    'body.k.contains(x)',
    'body.k.split("-") == []',
    'body.k.replace("-", "+") == ""',
    'body.k.replace("-", "+", 1) == ""',
    'body.k.replace("", "+", 1) == ""',
    'body.list.join("-") == ""',
    '"%s".format([body.k]) == ""',
    '"%x".format([body.k]) == ""',
    'body.k.format([]) == ""',
    'body.k.trim() == ""',
    'body.k.lowerAscii() == ""',
    'body.k.reverse() == ""',
    'strings.quote(body.k) == ""',
    'body.k + x == ""',
    'size(body.k) == 0',
    'body.k.indexOf(x) == 0',
    'body.k.lastIndexOf(x) == 0',
    'body.k.charAt(1) == ""',
    'body.k.substring(1) == ""',
    'bytes(body.k) == b""',
    'bytes(body.k) < bytes(body.same)',
    'body.k.matches("x$")',
    'double(x + "e1") < 0.0',
    'int(x) < 0',
    'string(double(x)) == ""',
    'timestamp("2030-01-01T00:00:00Z") == timestamp(0)',
    'duration("1h2m3s") == duration("1s")',
  ]) {
    t.equal(outcomeOf(`body.l.exists(x, ${condition})`, body), 'over-budget', condition);
  }
  t.end();
});

t.test('copying a list costs a step for two elements', (t) => {
  const rule = compileRule('(body.l + body.l).size() == 0');
  const activation = createActivation(exampleCall({ body: { l: numbers(5_000) } }));
  t.strictSame(rule.ok && rule.expression.evaluate(activation), { ok: true, value: false });
  t.ok(spentSteps() >= 5_000, `${spentSteps()} steps`);
  t.end();
});

t.test('all expressions of a call share a budget', (t) => {
  const activation = createActivation(exampleCall({ body: { l: numbers(20_000) } }));
  const compiled = compileRule('body.l.all(x, x >= 0)');
  const cheap = compileRule('body.l.size() == 20000');
  if (!compiled.ok || !cheap.ok) throw new Error('refused');
  const outcomes = Array.from({ length: 20 }, () => compiled.expression.evaluate(activation));
  const passed = outcomes.filter(({ ok }) => ok).length;
  t.ok(passed >= CALL_BUDGET_STEPS / BUDGET_STEPS, `${passed} evaluations in one call`);
  t.ok(passed < 20);
  t.ok(
    outcomes.slice(passed).every((result) => !result.ok && result.code === 'over-budget'),
    'every later evaluation says so',
  );
  t.match(
    cheap.expression.evaluate(activation),
    { ok: false, code: 'over-budget' },
    'even one that costs nothing',
  );
  t.match(
    cheap.expression.evaluate(createActivation(activation.call)),
    { ok: true },
    'the next call starts anew',
  );
  t.end();
});

const TYPICAL_RULES = [
  'has(body.amount) && double(body.amount) > 500.0',
  '!has(body.reason) || body.reason == ""',
  'headers["X-Omnia-Claim-Team"] != "support"',
  'body.items.exists(item, item.price > 100.0)',
  'body.query.matches("(?i)\\b(drop|delete|truncate)\\b")',
  'body.items.filter(item, item.price > 80.0 && item.sku.startsWith("x")).size() > 3',
  'body.query.lowerAscii().contains("password") || !(body.region in ["eu", "us"])',
];

t.test('50 policies of seven typical rules are within the budget of a call with 64 KiB', (t) => {
  const item = (i: number): JsonObject => ({
    sku: `sku-${i}`,
    price: i % 90,
    note: 'an ordinary line of an order',
  });
  const items = numbers(850).map(item);
  const body: JsonObject = { amount: 20, reason: 'x', region: 'eu', query: 'a'.repeat(10_000), items };
  t.ok(JSON.stringify(body).length > 60_000);
  const call = exampleCall({ body, headers: { 'X-Omnia-Claim-Team': 'support' } });
  const activation = createActivation(call);
  const rules = TYPICAL_RULES.map((text) => compileRule(text));
  for (let policy = 0; policy < 50; policy++) {
    for (const [i, rule] of rules.entries()) {
      const result = rule.ok ? rule.expression.evaluate(activation) : rule;
      if (!result.ok || !('value' in result) || result.value) t.fail(`${policy} ${TYPICAL_RULES[i]}`);
    }
  }
  t.pass();
  t.end();
});
