import type { CelValue } from '@bufbuild/cel';
import { describeTypeWithArticle, type Type } from './check/type.js';
import { compileExpression, type Program } from './compile-expression.js';
import { evaluateOnCall, rootReferences } from './evaluate-on-call.js';
import type { Evaluation, EvaluationErrorCode } from './evaluation.js';
import type { Activation, CompileResult, Expression } from './expression.js';
import { POLICY_VOCABULARY } from './variables.js';

/** What the result of an expression is for. */
export interface Purpose<T> {
  /** Types that the result may have. */
  readonly kinds: ReadonlySet<Type['kind']>;
  /** Says which, as in `a rule must be true or false`. */
  readonly requirement: string;
  /** Reads a result; undefined for one of another type. */
  readonly read: (value: CelValue) => T | undefined;
  /** The evaluation error of a result that can't be read. */
  readonly failure: { readonly code: EvaluationErrorCode; readonly detail: string };
}

/** Compiles an expression that reads a call. Refuses one whose type can never fit the purpose. */
export function compileForPolicy<T>(text: string, purpose: Purpose<T>): CompileResult<T> {
  const compiled = compileExpression(text, POLICY_VOCABULARY);
  if (!compiled.ok) return compiled;
  const { patternsWeight, program } = compiled;
  const { type } = program;
  if (!purpose.kinds.has(type.kind)) {
    const message = `${purpose.requirement}, and this is ${describeTypeWithArticle(type)}`;
    return { ok: false, problems: [{ message, line: 1, column: 1 }], patternsWeight };
  }
  return { ok: true, expression: expressionOf(program, purpose), patternsWeight };
}

function expressionOf<T>(program: Program, { read, failure }: Purpose<T>): Expression<T> {
  const references = rootReferences(program);
  return {
    references,
    evaluate(activation: Activation): Evaluation<T> {
      const result = evaluateOnCall(program, references, activation);
      if (!result.ok) return result;
      const value = read(result.value);
      return value === undefined ? { ok: false, ...failure } : { ok: true, value };
    },
  };
}
