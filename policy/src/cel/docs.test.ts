import { readFileSync } from 'node:fs';
import t from 'tap';
import { compileHeaderValue } from './compile-header-value.js';
import { compileRule } from './compile-rule.js';
import { BUDGET_STEPS, MAX_LIST_SIZE, MAX_TEXT_LENGTH } from './budget.js';
import { ADMISSION_LIMITS } from './admission.js';
import { MAX_PATTERN_LENGTH } from './pattern.js';
import { LIBRARY } from './functions/library.js';
import { ROOT_VARIABLES } from './variables.js';
import { MAX_JSON_DEPTH } from './values/json-value.js';

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
    `| work of one evaluation | ${grouped(BUDGET_STEPS)} steps |`,
    `| a text, a list that an expression builds | ${MAX_TEXT_LENGTH / 1024 / 1024} MiB, ${grouped(MAX_LIST_SIZE)} elements |`,
    `| JSON that is read | ${MAX_JSON_DEPTH} levels deep |`,
  ]) {
    t.ok(page.includes(line), line);
  }
  t.end();
});
