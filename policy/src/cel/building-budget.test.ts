import t from 'tap';
import { BuildingBudget, within } from './building-budget.js';
import { compileRule } from './compile-rule.js';
import { createActivation } from './create-activation.js';
import { RulePatterns } from './rule-patterns.js';
import { exampleCall } from './testing/example-call.js';

/** Building its automaton takes some 64,000 parts. */
const large = (suffix: string): string => `(a|b)*a(a|b){7}${suffix}xx`;

function isWhole(budget: BuildingBudget, pattern: string): boolean | undefined {
  const patterns = within(budget, () => new RulePatterns());
  patterns.add(pattern);
  return patterns.get(pattern)?.isWhole;
}

t.test('automata are kept until the budget of their policy is spent', (t) => {
  const budget = new BuildingBudget(100_000);
  t.equal(isWhole(budget, large('1')), true);
  t.equal(isWhole(budget, large('2')), true);
  t.ok(budget.isSpent);
  t.equal(isWhole(budget, large('3')), false);
  t.equal(isWhole(budget, large('1')), false, 'whatever others have built');
  t.equal(isWhole(new BuildingBudget(100_000), large('3')), true, 'nor have these been spoilt for others');
  t.end();
});

t.test('an automaton that is too large to be kept takes nothing', (t) => {
  const budget = new BuildingBudget(1);
  t.equal(isWhole(budget, 'a(a|b){14}z'), false);
  t.notOk(budget.isSpent);
  t.end();
});

t.test('the patterns of a rule mean the same beyond the budget', (t) => {
  const rule = within(new BuildingBudget(0), () => compileRule(`body.s.matches('${large('4')}')`));
  const answer = (s: string): unknown =>
    rule.ok && rule.expression.evaluate(createActivation(exampleCall({ body: { s } })));
  t.same(answer('abbbbbbb4xx'), { ok: true, value: true });
  t.same(answer('bbbbbbbb4xx'), { ok: true, value: false });
  t.end();
});
