import fc from 'fast-check';
import t from 'tap';
import { ADMISSION_LIMITS, textProblem, treeProblem } from '../admission.js';
import { LIBRARY } from '../functions/library.js';
import { parseExpression } from '../parse-expression.js';
import { POLICY_VOCABULARY } from '../variables.js';
import { checkExpression } from './check-expression.js';
import type { CheckedTree } from './checked-tree.js';
import { MAX_TYPE_OPERATIONS, Substitution } from './substitution.js';
import { DYN, INT, listOf, mapOf, sameType, type Type } from './type.js';

/** The tree of an expression that is admitted. */
function checked(text: string): CheckedTree | undefined {
  if (textProblem(text, ADMISSION_LIMITS) !== undefined) return undefined;
  const root = parseExpression(text);
  if (!('kind' in root) || treeProblem(text, root, ADMISSION_LIMITS) !== undefined) return undefined;
  return checkExpression(text, root, { fields: new Map(), ...POLICY_VOCABULARY, functions: LIBRARY });
}

t.test('types that nest with every macro cost little', (t) => {
  for (const [start, macro, times] of [
    ['[1]', '.map(a, {a: a})', 19],
    ['[1]', '.map(a, {a: a})', 28],
    ['["k"]', '.map(a, {"k": a, "l": [a]})', 28],
    ['[1]', '.map(a, [[[[[[a, a]]]]]])', 28],
    ['[[]]', '.map(a, [a, a, []])', 28],
    ['[{}]', '.map(a, {"k": a, "l": {}})', 28],
    ['[1]', '.map(a, type(a))', 28],
  ] as const) {
    const tree = checked(`${start}${macro.repeat(times)} == []`);
    t.ok(tree !== undefined && tree.typeOperations < 20_000, `${macro}: ${tree?.typeOperations} operations`);
  }
  t.end();
});

t.test('what a large type holds is dyn', (t) => {
  const deep = checked(`[1]${'.map(a, [a, [a]])'.repeat(20)}`);
  t.strictSame(deep?.problems, []);
  let large: Type = INT;
  for (let i = 0; i < 200; i++) large = listOf(large);
  t.ok(JSON.stringify(large).length < 5000);
  let wide: Type = INT;
  for (let i = 0; i < 40; i++) wide = mapOf(wide, wide);
  t.ok(JSON.stringify(wide).length < 5000, 'a type that holds another twice');
  t.ok(sameType(wide, wide));
  t.end();
});

t.test('types are the same by what they are made of', (t) => {
  const param = (name: string): Type => ({ kind: 'param', name });
  t.ok(sameType(mapOf(INT, listOf(param('A'))), mapOf(INT, listOf(param('A')))));
  t.notOk(sameType(mapOf(INT, listOf(param('A'))), mapOf(INT, listOf(param('B')))));
  t.notOk(sameType(listOf(INT), mapOf(INT, INT)));
  t.notOk(sameType({ kind: 'type' }, { kind: 'type', of: DYN }));
  t.ok(sameType({ kind: 'type', of: INT }, { kind: 'type', of: INT }));
  t.end();
});

t.test('parameters that stand for each other many times over use up the operations, and end', (t) => {
  const substitution = new Substitution();
  const param = (name: string): Type => ({ kind: 'param', name });
  for (const side of ['a', 'b']) {
    for (let i = 0; i < 40; i++) {
      const next = param(`${side}${i + 1}`);
      t.ok(substitution.fits([{ kind: 'map', key: next, value: next }], [param(`${side}${i}`)]));
    }
  }
  const before = substitution.operations;
  substitution.settle(param('a0'));
  t.ok(substitution.operations - before < 500, 'a type that would have 2^40 parts');
  substitution.fits([param('a0')], [param('b0')]);
  t.ok(substitution.operations <= MAX_TYPE_OPERATIONS);
  t.end();
});

t.test('whatever is admitted is checked within a bounded number of type operations', (t) => {
  const leaf = fc.constantFrom(
    '1',
    '"a"',
    '[]',
    '{}',
    'x',
    'y',
    'body',
    'headers',
    'dyn(1)',
    'true',
    '[[]]',
    '[{}]',
  );
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 6, depthIdentifier: 'expression' },
      leaf,
      fc
        .tuple(
          tie('expression'),
          fc.constantFrom('map', 'filter', 'all', 'exists'),
          fc.constantFrom('x', 'y'),
        )
        .chain(([on, macro, name]) => tie('expression').map((body) => `${on}.${macro}(${name}, ${body})`)),
      fc.array(tie('expression'), { minLength: 1, maxLength: 4 }).map((all) => `[${all.join(', ')}]`),
      fc
        .array(tie('expression'), { minLength: 1, maxLength: 3 })
        .map((all) => `{${all.map((v, i) => `${i}: ${v}`).join(', ')}}`),
      fc.tuple(tie('expression'), tie('expression')).map(([key, value]) => `{${key}: ${value}}`),
      fc
        .tuple(tie('expression'), fc.constantFrom('==', '+', 'in', '&&'), tie('expression'))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc
        .tuple(tie('expression'), tie('expression'), tie('expression'))
        .map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(tie('expression'), tie('expression')).map(([on, key]) => `${on}[${key}]`),
      tie('expression').map((one) => `size(${one})`),
    ),
  }));
  const chained = fc
    .tuple(expression, fc.array(fc.tuple(fc.constantFrom('map', 'filter'), expression), { maxLength: 12 }))
    .map(([start, macros]) => start + macros.map(([macro, body]) => `.${macro}(x, ${body})`).join(''));
  const inScope = chained.map((text) => `[[]].map(x, [{}].map(y, ${text}))`);
  let most = 0;
  let count = 0;
  fc.assert(
    fc.property(fc.oneof(chained, inScope), (text) => {
      const tree = checked(text);
      if (tree === undefined) return;
      count++;
      most = Math.max(most, tree.typeOperations);
    }),
    { seed: 20_261_123, numRuns: 800 },
  );
  t.ok(count > 300, `${count} were admitted`);
  t.ok(most < MAX_TYPE_OPERATIONS / 2, `at most ${most} operations`);
  t.end();
});

t.test('a rule with as many calls as fit stays far from the bound', (t) => {
  for (const text of [
    `[${Array(300).fill('size(body)').join()}]`,
    `[${Array(190).fill('body.a==1').join()}]`,
    `[${Array(300).fill('1 in body').join()}]`,
    `[${Array(450).fill('[[]]').join()}]`,
    `[${Array(300).fill('{1: []}').join()}]`,
  ]) {
    const tree = checked(text);
    t.ok(
      tree !== undefined && tree.typeOperations < MAX_TYPE_OPERATIONS / 3,
      `${text.slice(0, 20)}: ${tree?.typeOperations}`,
    );
  }
  t.end();
});
