import fc from 'fast-check';
import t from 'tap';
import type { JsonObject, JsonValue } from '../call/json.js';
import { compileHeaderValue } from './compile-header-value.js';
import { compileRule } from './compile-rule.js';
import { createActivation } from './create-activation.js';
import { exampleCall } from './testing/example-call.js';

const SEED = 20_261_121;
const CODES = [
  'no-such-key',
  'type-mismatch',
  'not-bool',
  'not-a-header-value',
  'over-budget',
  'evaluation-failed',
];

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
const name = fc.constantFrom('n', 's', 'l', 'o', 'x', 'constructor', '__proto__', '$typeName', 'toString');
const body = fc.dictionary(name, json, { noNullPrototype: true }) as fc.Arbitrary<JsonObject>;

const leaf = fc.oneof(
  fc.constantFrom(
    'true',
    'null',
    '1',
    '-1',
    '2u',
    '1.5',
    '"a"',
    '""',
    'b"a"',
    '[]',
    '{}',
    '[1, "a"]',
    'int',
    'x',
  ),
  fc.constantFrom('headers', 'body', 'identity', 'request', 'tool', 'mcp', 'identity.claims'),
  name.map((field) => `body.${field}`),
  name.map((field) => `body["${field}"]`),
  name.map((field) => `has(body.${field})`),
);
const operator = fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||', 'in');
const method = fc.constantFrom(
  'contains',
  'startsWith',
  'matches',
  'split',
  'join',
  'indexOf',
  'format',
  'charAt',
  'replace',
);
const conversion = fc.constantFrom(
  'int',
  'uint',
  'double',
  'string',
  'bool',
  'bytes',
  'size',
  'type',
  'dyn',
  'timestamp',
  'duration',
);
const macro = fc.constantFrom('all', 'exists', 'exists_one', 'map', 'filter');

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'expression' },
    leaf,
    fc
      .tuple(tie('expression'), operator, tie('expression'))
      .map(([left, op, right]) => `(${left} ${op} ${right})`),
    tie('expression').map((one) => `!(${one})`),
    tie('expression').map((one) => `-(${one})`),
    fc.tuple(conversion, tie('expression')).map(([to, one]) => `${to}(${one})`),
    fc.tuple(tie('expression'), method, tie('expression')).map(([on, call, one]) => `${on}.${call}(${one})`),
    fc
      .tuple(tie('expression'), macro, tie('expression'))
      .map(([on, loop, one]) => `${on}.${loop}(x, ${one})`),
    fc.tuple(tie('expression'), tie('expression')).map(([on, key]) => `${on}[${key}]`),
    fc.array(tie('expression'), { maxLength: 3 }).map((all) => `[${all.join(', ')}]`),
    fc.tuple(tie('expression'), tie('expression')).map(([key, value]) => `{${key}: ${value}}`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
}));

t.test('an expression that compiles never throws, and says the same twice', (t) => {
  let compiled = 0;
  fc.assert(
    fc.property(expression, body, (text, value) => {
      const call = exampleCall({ body: value, headers: { a: 'b' } });
      for (const compile of [compileRule, compileHeaderValue]) {
        const first = compile(text);
        if (!first.ok) {
          for (const { line, column, message } of first.problems) {
            if (line < 1 || column < 1 || message === '')
              throw new Error('a problem without a place or words');
          }
          continue;
        }
        compiled++;
        const again = compile(text);
        const results = [
          first.expression.evaluate(createActivation(call)),
          first.expression.evaluate(createActivation(call)),
          again.ok ? again.expression.evaluate(createActivation(call)) : undefined,
        ];
        const [one, two, three] = results.map((result) => JSON.stringify(result));
        if (one !== two || one !== three) throw new Error(`${one} ${two} ${three}`);
        const result = results[0];
        if (result?.ok === false && !CODES.includes(result.code)) throw new Error(result.code);
      }
    }),
    { seed: SEED, numRuns: 1500 },
  );
  t.ok(compiled > 200, `${compiled} of 3,000 compiled`);
  t.end();
});

t.test('any text is read or refused', (t) => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    leaf,
    operator,
    fc.constantFrom('(', ')', '[', '{', '"', "'", '\\', '.', '//', '\n', '?', ':'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      compileRule(pieces.join(''));
      compileRule(pieces.join(' '));
    }),
    { seed: SEED, numRuns: 600 },
  );
  t.pass();
  t.end();
});

t.test('details of errors hold nothing of the body', (t) => {
  const secret = 'hunter2secret';
  fc.assert(
    fc.property(expression, (text) => {
      const compiled = compileRule(text);
      if (!compiled.ok) return;
      const value = {
        n: secret,
        s: `${secret}[`,
        l: [secret, { [secret]: secret }],
        o: { [secret]: secret },
        x: secret,
      };
      const result = compiled.expression.evaluate(
        createActivation(exampleCall({ body: value, headers: { a: secret } })),
      );
      if (!result.ok && result.detail.includes(secret)) throw new Error(`${text}: ${result.detail}`);
    }),
    { seed: SEED, numRuns: 1000 },
  );
  t.pass();
  t.end();
});
