import t from 'tap';
import { compileRule } from '../cel/compile-rule.js';
import { API_VERSION, compilePolicySet } from '../index.js';

/** A rule with a pattern that takes long to compile: folding goes through every character of the range. */
const slow = (index: number): string =>
  `headers["a"].matches("(?i)[${'\\\\x{80}-\\\\x{1E800}'.repeat(3)}${index}]")`;

function problemsOf(rules: readonly string[]): readonly { path: string; code: string }[] {
  const value = {
    apiVersion: API_VERSION,
    kind: 'ToolPolicy',
    metadata: { name: 'p', namespace: 'n' },
    spec: {
      selector: { registry: 'r' },
      rules: rules.map((cel, index) => ({ name: `r${index}`, deny: { cel, message: 'm' } })),
    },
  };
  const { entries } = compilePolicySet([{ origin: 'f', value }], { revision: '1' });
  return entries.flatMap(({ problems }) => problems).map(({ path, code }) => ({ path, code }));
}

t.test('the patterns of a policy may take a second to compile, and no more', (t) => {
  const weight = compileRule(slow(0)).patternsWeight;
  const fitting = Math.floor(1_000_000 / weight);
  t.ok(weight > 10_000 && fitting < 60, `${weight}`);
  const rules = (count: number): string[] => Array.from({ length: count }, (_, index) => slow(index));
  t.same(problemsOf(rules(fitting)), []);
  const [first] = problemsOf([...rules(fitting + 1), 'false']);
  t.same(first, { path: `spec.rules[${fitting + 1}].deny.cel`, code: 'out-of-bounds' });
  t.end();
});
