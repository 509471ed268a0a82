import { readFileSync } from 'node:fs';
import t from 'tap';
import { MAX_DEPTH } from '../call/measure-json.js';
import { compileHeaderValue } from './compile-header-value.js';
import { compileRule } from './compile-rule.js';
import { BUDGET_STEPS, CALL_BUDGET_STEPS, MAX_LIST_SIZE, MAX_TEXT_LENGTH } from './budget.js';
import { ADMISSION_LIMITS } from './admission.js';
import { MAX_CALL_PATTERN_WEIGHT, MAX_PATTERN_LENGTH } from './pattern.js';
import { MAX_PATTERNS_WEIGHT } from '../tool/compile-tool-policy.js';
import { MAX_EXPRESSION_PATTERNS_WEIGHT, MAX_RULE_PATTERN_WEIGHT } from './rule-patterns.js';
import { MAX_TYPE_PARTS } from './check/type.js';
import { LIBRARY } from './functions/library.js';
import { ROOT_FIELDS, ROOT_VARIABLES } from './variables.js';

const page = readFileSync(new URL('../../../docs/reference/cel.md', import.meta.url), 'utf8');

/** Lines of the fenced blocks of one kind: `cel`, `cel value`, `cel refused`. */
function examples(kind: string): readonly string[] {
  const blocks = Array.from(page.matchAll(/^```(cel[^\n]*)\n([\s\S]*?)^```$/gm));
  const lines = blocks.filter((block) => block[1] === kind).flatMap((block) => block[2]?.split('\n') ?? []);
  return lines.filter((line) => line !== '');
}

t.test('every rule of the reference compiles', (t) => {
  const lines = examples('cel');
  t.ok(lines.length > 25, `${lines.length} examples`);
  for (const line of lines) t.ok(compileRule(line).ok, line);
  t.end();
});

t.test('every header value of the reference compiles', (t) => {
  const lines = examples('cel value');
  t.ok(lines.length > 3);
  for (const line of lines) t.ok(compileHeaderValue(line).ok, line);
  t.end();
});

t.test('what the reference calls refused is refused', (t) => {
  const lines = examples('cel refused');
  t.ok(lines.length > 10);
  for (const line of lines) t.notOk(compileRule(line).ok, line);
  t.end();
});

t.test('the reference names every variable and function', (t) => {
  for (const name of ROOT_VARIABLES.keys()) t.match(page, new RegExp(`^\\| \`${name}\` \\|`, 'm'), name);
  for (const [name, fields] of ROOT_FIELDS) {
    const row = new RegExp(`^\\| \`${name}\` \\|.*$`, 'm').exec(page)?.[0] ?? '';
    for (const field of fields) t.ok(row.includes(`\`${field}\``), `${name}.${field}`);
  }
  const named = Array.from(LIBRARY.keys()).filter((name) => /^[a-z]/i.test(name));
  for (const name of named) t.match(page, new RegExp(`\`${name.replace('.', '\\.')}[\`(]`), name);
  t.end();
});

t.test('the reference states the limits as they are', (t) => {
  const { maxBytes, maxNodes, maxDepth, maxNestedMacros } = ADMISSION_LIMITS;
  const grouped = (value: number): string => value.toLocaleString('en-US');
  for (const line of [
    `| length of an expression | ${maxBytes / 1024} KiB |`,
    `| parts of an expression, macros expanded | ${grouped(maxNodes)}, nested at most ${maxDepth} deep |`,
    `| macros inside the loop of a macro | ${maxNestedMacros} levels |`,
    `| a regular expression | ${MAX_PATTERN_LENGTH} characters |`,
    `| work of one evaluation, of all evaluations of a call | ${grouped(BUDGET_STEPS)} steps, ${grouped(CALL_BUDGET_STEPS)} steps |`,
    `| a type, as in \`list(map(string, int))\` | ${MAX_TYPE_PARTS} parts |`,
    `| parts of a regular expression, its repeats written out | ${grouped(MAX_RULE_PATTERN_WEIGHT)} in a rule, ${grouped(MAX_CALL_PATTERN_WEIGHT)} from a call |`,
    `| parts of all regular expressions in an expression, in a policy | ${grouped(MAX_EXPRESSION_PATTERNS_WEIGHT)}, ${grouped(MAX_PATTERNS_WEIGHT)} |`,
    `| a text, a list that an expression builds | ${MAX_TEXT_LENGTH / 1024 / 1024} MiB, ${grouped(MAX_LIST_SIZE)} elements |`,
    `| JSON that is read | ${MAX_DEPTH} levels deep |`,
  ]) {
    t.ok(page.includes(line), line);
  }
  t.end();
});

t.test('the codes of failed evaluations are those of the page of errors', (t) => {
  const errors = readFileSync(new URL('../../../docs/reference/errors.md', import.meta.url), 'utf8');
  const codes = (text: string): readonly string[] =>
    Array.from(text.matchAll(/^\| `([a-z-]+)` \|/gm), ([, code = '']) => code).sort();
  const section = /^## Missing keys and errors$([\s\S]*?)^## /m.exec(page)?.[1] ?? '';
  const reference = /^## Evaluation errors$([\s\S]*)/m.exec(errors)?.[1] ?? '';
  t.ok(codes(section).length > 5);
  t.strictSame(
    [...codes(section), 'policy-not-compiled'].sort(),
    codes(reference),
    'that one is no evaluation',
  );
  t.end();
});
