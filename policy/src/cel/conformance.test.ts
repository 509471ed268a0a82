import { readdirSync, readFileSync } from 'node:fs';
import { celList, celUint, type CelValue } from '@bufbuild/cel';
import t from 'tap';
import { resetBudget } from './budget.js';
import { describeType, type Type } from './check/type.js';
import { parseType } from './check/signature.js';
import { compileExpression } from './compile-expression.js';
import { compileUnchecked } from './testing/compile-unchecked.js';
import { describeValue } from './testing/describe-value.js';
import { literalMap } from './values/literal-map.js';

interface ConformanceCase {
  readonly section: string;
  readonly name: string;
  readonly expr: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly bindings?: Readonly<Record<string, WrittenValue>>;
  readonly value?: WrittenValue;
  readonly error?: true;
  readonly type?: string;
  readonly checkOnly?: true;
  readonly disableCheck?: true;
}

/** A value with its type as the only key; testdata/cel/conformance/README.md says how each is written. */
type WrittenValue = Readonly<Record<string, unknown>>;

const NO_LIMITS = { maxBytes: 100_000, maxNodes: 100_000, maxDepth: 250, maxNestedMacros: 10 };

const CONTAINER = 'names are resolved without a container; ours has none';
const QUOTED = 'the parser has no back-quoted field names; an index says the same';
const MESSAGE = 'messages can not be built in an expression';
const OWN_FUNCTION = 'the test declares a function of its own';
const OPTIONAL = 'optional values are not part of the language here';
const AS_CEL_GO = 'the reference engine gives our answer, too';

/** Every case that does not pass, with the reason. One that begins to pass must leave the list. */
const KNOWN_GAPS: ReadonlyMap<string, string> = new Map([
  ['dynamic/value_null/literal', MESSAGE],
  ['fields/quoted_map_fields/field_access_slash', QUOTED],
  ['fields/quoted_map_fields/field_access_dash', QUOTED],
  ['fields/quoted_map_fields/field_access_dot', QUOTED],
  ['fields/quoted_map_fields/has_field_slash', QUOTED],
  ['fields/quoted_map_fields/has_field_dash', QUOTED],
  ['fields/quoted_map_fields/has_field_dot', QUOTED],
  ['namespace/namespace/self_eval_container_lookup', CONTAINER],
  ['namespace/namespace/self_eval_container_lookup_unchecked', CONTAINER],
  ['namespace/namespace_shadowing/basic', CONTAINER],
  ['namespace/namespace_shadowing/comprehension_shadowing_disambiguation', CONTAINER],
  ['namespace/namespace_shadowing/comprehension_shadowing_namespaced_selector_disambiguation', CONTAINER],
  [
    'timestamps/duration_converters/get_milliseconds',
    `getMilliseconds() of a duration is the whole of it: ${AS_CEL_GO}`,
  ],
  ['type-deduction/functions/function_result_type', OWN_FUNCTION],
  ['type-deduction/flexible_type_parameter_assignment/optional_none', OPTIONAL],
  ['type-deduction/flexible_type_parameter_assignment/optional_none_2', OPTIONAL],
  ['type-deduction/flexible_type_parameter_assignment/optional_dyn_promotion', OPTIONAL],
  ['type-deduction/flexible_type_parameter_assignment/optional_dyn_promotion_2', OPTIONAL],
  ['type-deduction/flexible_type_parameter_assignment/optional_in_ternary', OPTIONAL],
  ['type-deduction/type_parameters/multiple_parameters_generality', OWN_FUNCTION],
  ['type-deduction/type_parameters/multiple_parameters_generality_2', OWN_FUNCTION],
  ['type-deduction/type_parameters/multiple_parameters_parameterized_ovl', OWN_FUNCTION],
  ['type-deduction/type_parameters/multiple_parameters_parameterized_ovl_2', OWN_FUNCTION],
  ['type-deduction/legacy_nullable_types/null_assignable_to_abstract_parameter_candidate', OPTIONAL],
  ['string-ext/value_errors/indexof_out_of_range', `an offset behind the end finds nothing: ${AS_CEL_GO}`],
  [
    'string-ext/value_errors/lastindexof_out_of_range',
    `an offset behind the end finds nothing: ${AS_CEL_GO}`,
  ],
]);

/** Gaps where a value comes back that is not the expected one; all others are refused or fail. */
const OTHER_ANSWERS: ReadonlySet<string> = new Set([
  'namespace/namespace/self_eval_container_lookup',
  'namespace/namespace/self_eval_container_lookup_unchecked',
  'namespace/namespace_shadowing/basic',
  'namespace/namespace_shadowing/comprehension_shadowing_disambiguation',
  'namespace/namespace_shadowing/comprehension_shadowing_namespaced_selector_disambiguation',
  'timestamps/duration_converters/get_milliseconds',
  'string-ext/value_errors/indexof_out_of_range',
  'string-ext/value_errors/lastindexof_out_of_range',
]);

interface Outcome {
  readonly kind: 'pass' | 'error' | 'refused' | 'other-answer';
  readonly words: string;
}

const folder = new URL('../../testdata/cel/conformance/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const outcomes = new Map<string, Outcome>();

for (const file of files) {
  const cases = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as readonly ConformanceCase[];
  t.test(`conformance: ${file}`, (t) => {
    const surprises = cases.flatMap((one) => {
      const name = `${file.replace('.json', '')}/${one.section}/${one.name}`;
      // A few names stand twice.
      const key = outcomes.has(name) ? `${name}#2` : name;
      const outcome = runCase(one);
      outcomes.set(key, outcome);
      return surpriseOf(key, outcome).map((words) => `${key}: ${one.expr}: ${words}`);
    });
    t.strictSame(surprises, []);
    t.end();
  });
}

t.test('the share of the data that passes', (t) => {
  const core = Array.from(outcomes).filter(([key]) => !key.startsWith('string-ext/'));
  t.equal(core.length, 1122, 'core cases');
  t.equal(core.filter(([, { kind }]) => kind === 'pass').length, 1098, 'core cases that pass');
  t.equal(outcomes.size - core.length, 213, 'cases of the strings extension');
  t.strictSame(
    Array.from(KNOWN_GAPS.keys()).filter((key) => !outcomes.has(key)),
    [],
    'gaps without a case',
  );
  t.end();
});

function runCase(one: ConformanceCase): Outcome {
  resetBudget();
  const compile = one.disableCheck === true ? compileUnchecked : compileExpression;
  const compiled = compile(one.expr, { variables: declarationsOf(one) }, NO_LIMITS);
  if (!compiled.ok) return judge(one.error === true, 'refused', compiled.problems[0]?.message ?? '');
  const type = describeType(compiled.program.type);
  const typeFits = one.type === undefined || describeType(typeOf(one.type)) === type;
  if (one.checkOnly === true) return judge(typeFits, 'other-answer', type);
  const result = compiled.program.run(bindingsOf(one));
  if (!result.ok) return judge(one.error === true, 'error', `${result.code}: ${result.detail}`);
  const expected = one.value === undefined ? undefined : describeValue(valueOf(one.value));
  const ours = describeValue(result.value);
  return judge(one.error !== true && ours === expected && typeFits, 'other-answer', `${ours} (${type})`);
}

function surpriseOf(key: string, outcome: Outcome): readonly string[] {
  const gap = KNOWN_GAPS.get(key);
  if (gap === undefined) return outcome.kind === 'pass' ? [] : [`${outcome.kind}: ${outcome.words}`];
  if (outcome.kind === 'pass') return ['passes now: take it off the list of gaps'];
  const isOther = outcome.kind === 'other-answer';
  return isOther === OTHER_ANSWERS.has(key) ? [] : [`the kind of this gap has changed: ${outcome.kind}`];
}

function judge(passes: boolean, kind: Outcome['kind'], words: string): Outcome {
  return { kind: passes ? 'pass' : kind, words };
}

function declarationsOf(one: ConformanceCase): ReadonlyMap<string, Type> {
  const bound = Object.keys(one.bindings ?? {}).map((name) => [name, 'dyn'] as const);
  const all = [...bound, ...Object.entries(one.variables ?? {})];
  return new Map(all.map(([name, type]) => [name, typeOf(type)]));
}

function typeOf(written: string): Type {
  if (/abstract|tuple|message|function/.test(written)) return { kind: 'dyn' };
  return parseType(written.replaceAll('null_type', 'null'));
}

function bindingsOf(one: ConformanceCase): Readonly<Record<string, CelValue>> {
  return Object.fromEntries(
    Object.entries(one.bindings ?? {}).map(([name, value]) => [name, valueOf(value)]),
  );
}

function valueOf(written: WrittenValue): CelValue {
  const [[kind, value] = ['', undefined]] = Object.entries(written);
  switch (kind) {
    case 'null':
      return null;
    case 'bool':
    case 'string':
      return value as boolean | string;
    case 'int':
      return BigInt(value as string);
    case 'uint':
      return celUint(BigInt(value as string));
    case 'double':
      return Number((value as string).replace('Inf', 'Infinity'));
    case 'bytes':
      return new Uint8Array(Buffer.from(value as string, 'base64'));
    case 'list':
      return celList((value as WrittenValue[]).map(valueOf));
    case 'map': {
      const pairs = value as [WrittenValue, WrittenValue][];
      return literalMap(
        celList(pairs.map(([key]) => valueOf(key))),
        celList(pairs.map(([, held]) => valueOf(held))),
      );
    }
    default:
      return constantOf(kind, value);
  }
}

/** Values that only an expression can build. */
function constantOf(kind: string, value: unknown): CelValue {
  const [seconds, nanos] = Array.isArray(value) ? (value as [string, number]) : ['0', 0];
  const sign = seconds.startsWith('-') || nanos < 0 ? '-' : '';
  const text = `${sign}${seconds.replace('-', '')}s${Math.abs(nanos)}ns`;
  const expression =
    kind === 'type'
      ? (value as string)
      : kind === 'duration'
        ? `duration("${text}")`
        : timestampExpression(seconds, nanos);
  const compiled = compileExpression(expression, { variables: new Map() }, NO_LIMITS);
  const result = compiled.ok ? compiled.program.run({}) : undefined;
  if (result?.ok !== true) throw new Error(`the data hold an unreadable ${kind}: ${JSON.stringify(value)}`);
  return result.value;
}

function timestampExpression(seconds: string, nanos: number): string {
  return `timestamp(${seconds}) + duration("${nanos}ns")`;
}
