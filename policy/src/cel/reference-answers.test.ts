import { readFileSync } from 'node:fs';
import t from 'tap';
import type { JsonObject } from '../call/json.js';
import { compileExpression, type CompiledProgram } from './compile-expression.js';
import { compileHeaderValue } from './compile-header-value.js';
import { createActivation, engineVariables } from './create-activation.js';
import { describeType } from './check/type.js';
import { describeValue } from './testing/describe-value.js';
import { exampleCall, type ExampleCall } from './testing/example-call.js';
import type { ExpressionProblem } from './expression.js';
import { POLICY_VOCABULARY } from './variables.js';

interface Answer {
  readonly text: string;
  readonly type?: string;
  readonly problems: readonly ExpressionProblem[];
}

const compiledTexts = new Map<string, CompiledProgram>();

function compileOnce(cel: string): CompiledProgram {
  const known = compiledTexts.get(cel) ?? compileExpression(cel, POLICY_VOCABULARY);
  compiledTexts.set(cel, known);
  return known;
}

function answerOf(cel: string, call: ExampleCall): Answer {
  const compiled = compileOnce(cel);
  if (!compiled.ok) return { text: 'refused', problems: compiled.problems };
  const result = compiled.program.run(engineVariables(createActivation(exampleCall(call))));
  const text = result.ok ? describeValue(result.value) : 'error';
  return { text, type: describeType(compiled.program.type), problems: [] };
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows the file's shape
function readData<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../testdata/cel/${name}`, import.meta.url), 'utf8')) as T;
}

/** Expressions whose answer is ours on purpose: what the other engine says, what we say, and why. */
interface Exception {
  readonly ours: string;
  readonly reason: string;
}

const EXACT = 'an int and a double are compared exactly; the other engine rounds the int to a double first';
/**
 * Where our parser places a problem elsewhere than the reference parser: at a call's name, not at its parenthesis; at
 * the question mark, not at the bracket before it.
 */
const OTHER_PLACES: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['now() > 1', [1, 1]],
  ['[1].sort()', [1, 4]],
  ['[1,2].exists(i, v, v > 1)', [1, 6]],
  ['body[?"a"].orValue(1) == 1', [1, 6]],
]);
const STRICT_PATTERN = 'a pattern that stands in the rule is refused when the rule is compiled';
const CLOSED = 'a field that identity does not have is refused when the rule is compiled';
const NO_MESSAGES = 'messages can not be built in an expression';

t.test('every expression of a policy gives the recorded answer on every call', (t) => {
  const data = readData<{
    contexts: { headers: Record<string, string>; body: string; identity: ExampleCall['identity'] }[];
    cases: { cel: string; answers: string[] }[];
  }>('answers-by-context.json');
  const exceptions = new Map<string, Exception>([
    ['body.big == 9007199254740993', { ours: 'false', reason: EXACT }],
    ['identity.role == "admin"', { ours: 'refused', reason: CLOSED }],
  ]);
  t.equal(data.cases.length * data.contexts.length, 98 * 23);
  let used = 0;
  for (const { cel, answers } of data.cases) {
    const differing = answers.flatMap((answer, i) => {
      const { headers = {}, body = '{}', identity = {} } = data.contexts[i] ?? {};
      const ours = answerOf(cel, { headers, body: JSON.parse(body) as JsonObject, identity }).text;
      if (ours === answer) return [];
      const exception = exceptions.get(cel);
      const theirs = exception?.ours === 'refused' ? 'error' : 'true';
      if (answer !== theirs || ours !== exception?.ours) return [{ context: i, answer, ours }];
      used++;
      return [];
    });
    t.strictSame(differing, [], cel);
  }
  t.equal(used, 2 + data.contexts.length, 'exceptions that were needed');
  t.end();
});

t.test('every expression of the table has the recorded type, answer and place of its first problem', (t) => {
  const data = readData<{
    headers: Record<string, string>;
    cases: { cel: string; body: JsonObject; type?: string; answer: string; at?: [number, number] }[];
  }>('answers-by-type.json');
  const exceptions = new Map<string, Exception>([
    [
      'headers["x-omnia-claim-team"] != "finance"',
      { ours: 'false', reason: 'header names know no capitals' },
    ],
    ['body.query.matches("(?<=a)b")', { ours: 'refused', reason: STRICT_PATTERN }],
    ['body.query.matches("a{1001}")', { ours: 'refused', reason: STRICT_PATTERN }],
  ]);
  t.equal(data.cases.length, 89);
  for (const { cel, body, type, answer, at } of data.cases) {
    const ours = answerOf(cel, { headers: data.headers, body, identity: { origin: '' } });
    const exception = exceptions.get(cel);
    if (exception !== undefined) {
      t.equal(ours.text, exception.ours, `${cel}: ${exception.reason}`);
      t.not(answer, exception.ours, 'an exception that is none any more must leave the table');
      continue;
    }
    const isPlain = ['true', 'false', 'error', 'refused'].includes(answer);
    // Values of other types are written in Go's notation, which only a text and an int share with ours.
    if (isPlain || type === 'string' || type === 'int')
      t.equal(ours.text.replace(/^(string|int):/, ''), answer, cel);
    else t.match(ours.text, /^(\w+:|null)/, `${cel} has a value`);
    if (type !== undefined) t.equal(describeType(parsed(type)), ours.type, `${cel} has the type ${type}`);
    if (at !== undefined)
      t.strictSame(placeOf(ours.problems), OTHER_PLACES.get(cel) ?? at, `${cel} is refused there`);
  }
  t.end();
});

function parsed(type: string): { readonly kind: 'dyn' } {
  // Only the spelling differs.
  return {
    kind: type
      .replace(/google\.protobuf\.Timestamp/, 'timestamp')
      .replace(/google\.protobuf\.Duration/, 'duration')
      .replace('null_type', 'null') as 'dyn',
  };
}

function placeOf(problems: readonly ExpressionProblem[]): readonly number[] | undefined {
  const [first] = problems;
  return first === undefined ? undefined : [first.line, first.column];
}

t.test('every function gives the recorded answer', (t) => {
  const data = readData<{
    call: ExampleCall & { claims: Record<string, string> };
    cases: { cel: string; answer: string }[];
  }>('answers-of-functions.json');
  const exceptions = new Map<string, Exception>([
    ['{1:2, 1u:3}', { ours: 'error', reason: 'keys that are equal are one key' }],
    ['{1:2, 1:3}', { ours: 'error', reason: 'the specification allows no repeated key' }],
    ['{1.5: 2}', { ours: 'refused', reason: 'the specification has bool, int, uint and string keys only' }],
    ['double("0x1p-2")', { ours: 'error', reason: 'hexadecimal fractions are not read' }],
    [
      'timestamp("2024-06-01T12:00:00Z").getHours("Local")',
      { ours: 'error', reason: 'no answer depends on the machine' },
    ],
    ['"abc".matches("[")', { ours: 'refused', reason: STRICT_PATTERN }],
    ['"ab".matches(r"(a)\\1")', { ours: 'refused', reason: STRICT_PATTERN }],
    ['"ab".matches("a(?=b)")', { ours: 'refused', reason: STRICT_PATTERN }],
    ['google.protobuf.Timestamp{seconds: 1} == timestamp(1)', { ours: 'refused', reason: NO_MESSAGES }],
    ['google.protobuf.Timestamp{seconds: 1}', { ours: 'refused', reason: NO_MESSAGES }],
    ['identity.nope', { ours: 'refused', reason: CLOSED }],
    ['identity.x.y.z', { ours: 'refused', reason: CLOSED }],
    ['body.`a-b`', { ours: 'refused', reason: 'the parser has no quoted fields; body["a-b"] says the same' }],
    ['dyn(9007199254740993) == 9007199254740992.0', { ours: 'false', reason: EXACT }],
  ]);
  const { claims, ...call } = data.call;
  const needed = new Set<string>();
  for (const { cel, answer } of data.cases) {
    const exception = exceptions.get(cel);
    const ours = answerOf(cel, { ...call, identity: { claims } }).text;
    if (exception !== undefined && exception.ours !== answer) needed.add(cel);
    t.equal(ours, exception?.ours ?? answer, exception === undefined ? cel : `${cel}: ${exception.reason}`);
  }
  t.strictSame(
    Array.from(exceptions.keys()).filter((cel) => !needed.has(cel)),
    [],
    'exceptions that are none',
  );
  t.ok(data.cases.length > 400);
  t.end();
});

t.test('random expressions give the recorded answers', (t) => {
  const data = readData<{ bodies: JsonObject[]; cases: { cel: string; answers: string[] }[] }>(
    'answers-of-random-rules.json',
  );
  const headers = { 'x-a': '7', 'x-team': 'support', empty: '' };
  const identity = { claims: { team: 'support' } };
  let compared = 0;
  for (const { cel, answers } of data.cases) {
    const ours = data.bodies.map((body) => answerOf(cel, { headers, identity, body }));
    // A bad pattern is refused when the rule is compiled; recorded is the error of each evaluation.
    if (ours.every(({ problems }) => problems[0]?.message.startsWith('the regular expression'))) continue;
    compared++;
    if (ours.some(({ text }, i) => text !== answers[i]))
      t.strictSame(
        ours.map(({ text }) => text),
        answers,
        cel,
      );
  }
  t.ok(compared > 750, `${compared} expressions were compared`);
  t.end();
});

t.test('header values follow JSON, not the other engine', (t) => {
  const data = readData<{ cases: { cel: string; body: JsonObject; type?: string; answer: string }[] }>(
    'answers-by-type.json',
  );
  const numbers = data.cases.filter(({ cel }) => cel === 'body.n');
  t.strictSame(
    numbers.map(({ body }) => {
      const compiled = compileHeaderValue('body.n');
      const result = compiled.ok
        ? compiled.expression.evaluate(createActivation(exampleCall({ body })))
        : undefined;
      return result?.ok === true ? result.value : result;
    }),
    ['1000000', '500', '0.1', '123456789', '1e+21'],
  );
  t.end();
});
