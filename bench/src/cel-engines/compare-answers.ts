import { readFileSync } from 'node:fs';
import type { CompiledExpression, Engine, RecordedCall } from './engine.js';

/** How an engine's answers compare with the recorded ones. Numbers of evaluations. */
export interface Comparison {
  readonly total: number;
  readonly agreed: number;
  /** The recorded answer denies, the engine says false: nobody notices. */
  readonly silentAllows: number;
  /** The recorded answer allows, the engine says true. */
  readonly falseDenials: number;
  /** An evaluation error is due, and a value came. */
  readonly valuesForErrors: number;
  /** A value is due, and an error or a refusal came. */
  readonly errorsForValues: number;
  /** The expression has to be refused when it is compiled, and is accepted. */
  readonly admitted: number;
  readonly otherValues: number;
  readonly expressionsAgreed: number;
  readonly expressions: number;
}

/** Expressions and what the reference engine answered on each call. */
export interface RecordedAnswers {
  readonly title: string;
  readonly calls: readonly RecordedCall[];
  readonly cases: readonly { readonly cel: string; readonly answers: readonly string[] }[];
}

function readData(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../policy/testdata/cel/${name}`, import.meta.url), 'utf8'));
}

/** Expressions of policies on calls with nulls, wrong types and hostile keys. */
export function policyExpressions(): RecordedAnswers {
  const { contexts, cases } = readData('answers-by-context.json') as {
    readonly contexts: readonly RecordedCall[];
    readonly cases: RecordedAnswers['cases'];
  };
  return { title: 'expressions of policies', calls: contexts, cases };
}

/** Random expressions that are true, false, an error or refused. */
export function randomExpressions(): RecordedAnswers {
  const { bodies, cases } = readData('answers-of-random-rules.json') as {
    readonly bodies: readonly unknown[];
    readonly cases: RecordedAnswers['cases'];
  };
  const rest = {
    headers: { 'x-a': '7', 'x-team': 'support', empty: '' },
    identity: {
      ...{ origin: 'o', subject: 's', endUser: 'e', workspace: 'w', agent: 'a' },
      claims: { team: 'support' },
    },
  };
  const verdicts = ['true', 'false', 'error', 'refused'];
  return {
    title: 'random rules',
    calls: bodies.map((body) => ({ ...rest, body: JSON.stringify(body) })),
    cases: cases.filter(
      ({ cel, answers }) =>
        answers.every((answer) => verdicts.includes(answer)) && !/request|tool|mcp/.test(cel),
    ),
  };
}

/** Runs every recorded expression on every recorded call. */
export function compareAnswers(engine: Engine, recorded: RecordedAnswers): Comparison {
  const counts = new Map<string, number>();
  let expressionsAgreed = 0;
  for (const { cel, answers } of recorded.cases) {
    const compiled = compileOrRefuse(engine, cel);
    const verdicts = answers.map((answer, i) => {
      const call = recorded.calls[i];
      if (call === undefined) throw new Error('an answer without a call');
      return verdict(answer, compiled === undefined ? 'refused' : answerOf(engine, compiled, call));
    });
    if (verdicts.every((one) => one === 'agreed')) expressionsAgreed++;
    for (const one of verdicts) counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  const count = (name: Verdict): number => counts.get(name) ?? 0;
  return {
    total: recorded.cases.length * recorded.calls.length,
    agreed: count('agreed'),
    silentAllows: count('silent-allow'),
    falseDenials: count('false-denial'),
    valuesForErrors: count('value-for-error'),
    errorsForValues: count('error-for-value'),
    admitted: count('admitted'),
    otherValues: count('other-value'),
    expressionsAgreed,
    expressions: recorded.cases.length,
  };
}

type Verdict =
  | 'agreed'
  | 'silent-allow'
  | 'false-denial'
  | 'value-for-error'
  | 'error-for-value'
  | 'admitted'
  | 'other-value';

function compileOrRefuse(engine: Engine, cel: string): CompiledExpression | undefined {
  try {
    return engine.compile(cel);
  } catch {
    return undefined;
  }
}

function answerOf(engine: Engine, compiled: CompiledExpression, call: RecordedCall): string {
  try {
    const value = compiled(engine.activate(call));
    return typeof value === 'string' ? `string:${value}` : String(value);
  } catch {
    return 'error';
  }
}

function verdict(recorded: string, answer: string): Verdict {
  if (recorded === answer) return 'agreed';
  if (recorded === 'refused') return 'admitted';
  const isFailure = answer === 'error' || answer === 'refused';
  // A refusal where an error is due is safe: it comes earlier.
  if (recorded === 'error') return isFailure ? 'agreed' : 'value-for-error';
  if (isFailure) return 'error-for-value';
  if (recorded === 'true' && answer === 'false') return 'silent-allow';
  return recorded === 'false' && answer === 'true' ? 'false-denial' : 'other-value';
}
