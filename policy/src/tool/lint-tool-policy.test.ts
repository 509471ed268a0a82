import t from 'tap';
import { lintToolPolicy } from './lint-tool-policy.js';

function policyWith(cel: string, tools: readonly string[] = []): unknown {
  return {
    apiVersion: 'omnia.altairalabs.ai/v1alpha1',
    kind: 'ToolPolicy',
    metadata: { name: 'p', namespace: 'n' },
    spec: {
      selector: { registry: 'r', tools },
      rules: [{ name: 'rule', deny: { cel, message: 'no' } }],
    },
  };
}

function reasonsOf(cel: string, tools?: readonly string[]): readonly string[] {
  return lintToolPolicy(policyWith(cel, tools)).map(({ reason }) => reason);
}

const guarded = [
  'has(body.amount) && double(body.amount) > 500.0',
  'double(body.amount) > 500.0 && has(body.amount)',
  '!has(body.reason) || body.reason == ""',
  'has(body.a) ? body.a == 1 : false',
  'has(body.a) && has(body.a.b) && body.a.b == 1',
  '"a" in body && body.a == 1',
  '"a" in body && body["a"] == 1',
  'has(body.a) == false || body.a == 1',
  'has(body.items) && body.items.exists(i, has(i.price) && i.price > 5)',
  '[{"x": 1}].exists(body, body.x == 1)',
  'headers["x"] == "y"',
  'size(body) > 3',
  'has(body.a) && (has(body.b) ? body.a == body.b : true)',
];

for (const cel of guarded) {
  t.test(`nothing is said of ${cel}`, (t) => {
    t.strictSame(reasonsOf(cel), []);
    t.end();
  });
}

const unguarded: readonly (readonly [string, string])[] = [
  ['body.amount > 500.0', 'body.amount'],
  ['has(body.b) && body.a == 1', 'body.a'],
  ['has(body.a) || body.a == 1', 'body.a'],
  ['has(body.a) ? true : body.a == 1', 'body.a'],
  ['has(body.a.b) && body.a.b == 1', 'body.a'],
  ['tool.name == "x" && body["a b"] == 1', 'body["a b"]'],
  ['body.items.exists(i, i > 5)', 'body.items'],
  ['[1, 2].exists(i, body.x > i)', 'body.x'],
];

for (const [cel, path] of unguarded) {
  t.test(`${cel} may fail for want of ${path}`, (t) => {
    const warnings = lintToolPolicy(policyWith(cel));
    t.strictSame(
      warnings.map(({ reason }) => reason),
      ['UnguardedBodyAccess'],
    );
    t.ok(warnings[0]?.message.includes(`without ${path} `));
    t.equal(warnings[0]?.path, 'spec.rules[0].deny.cel');
    t.end();
  });
}

const never: readonly [string, string[]][] = [
  ['false', []],
  ['1 > 2', []],
  ['has(body.a) && "a" == "b"', []],
  ['1 / 0 > 1', []],
  ['has(body.a) && body.a == "x" && body.a == "y"', []],
  ['tool.registry == "other"', []],
  ['tool.name == "other"', ['one', 'two']],
  ['tool.name in ["other", "third"]', ['one', 'two']],
  ['tool.name != "one" && has(body.a)', ['one']],
];

for (const [cel, tools] of never) {
  t.test(`${cel} is never true`, (t) => {
    t.strictSame(reasonsOf(cel, tools), ['RuleNeverMatches']);
    t.end();
  });
}

const possible: readonly [string, string[]][] = [
  ['true', []],
  ['1 < 2', []],
  ['headers["a"] == "x" || headers["a"] == "y"', []],
  ['headers["a"] == "x" && headers["b"] == "y"', []],
  ['has(body.a) && body.a == b"x" && body.a == b"x"', []],
  ['has(body.a) && body.a == 1 && body.a == 1', []],
  ['tool.name == "one"', ['one', 'two']],
  ['tool.name == "one"', []],
  ['tool.registry == "r"', []],
  ['tool.name != "other"', ['one']],
  ['[1, 2].exists(i, i == 2)', []],
  ['[{"name": "other"}].exists(tool, tool.name == "other")', ['one']],
];

for (const [cel, tools] of possible) {
  t.test(`${cel} may be true`, (t) => {
    t.strictSame(reasonsOf(cel, tools), []);
    t.end();
  });
}

t.test('the place of a warning is the field that may be missing', (t) => {
  const [warning] = lintToolPolicy(policyWith('has(body.b) &&\n  body.amount > 1'));
  t.match(warning, { line: 2, column: 3 });
  t.end();
});

t.test('injected values are looked at too', (t) => {
  const spec = {
    selector: { registry: 'r' },
    rules: [{ name: 'rule', deny: { cel: 'true', message: 'no' } }],
    headerInjection: [{ header: 'X-Customer', cel: 'string(body.customer)' }],
  };
  const warnings = lintToolPolicy({ ...(policyWith('true') as object), spec });
  t.match(warnings, [{ reason: 'UnguardedBodyAccess', path: 'spec.headerInjection[0].cel' }]);
  t.end();
});

t.test('the advice is an expression that compiles', (t) => {
  const adviceFor = (cel: string): string | undefined => lintToolPolicy(policyWith(cel))[0]?.message;
  t.match(adviceFor('body.a.b == 1 && has(body.a)'), /guard it with has\(body\.a\.b\) /);
  t.match(adviceFor('body["a b"] == 1'), /guard it with "a b" in body /);
  t.end();
});

t.test('of a policy with problems nothing is said', (t) => {
  t.strictSame(lintToolPolicy(policyWith('body.')), []);
  t.strictSame(lintToolPolicy({}), []);
  t.end();
});
