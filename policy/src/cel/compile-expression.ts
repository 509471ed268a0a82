import { isCelError, type CelValue } from '@bufbuild/cel';
import { ADMISSION_LIMITS, textProblem, treeProblem, type AdmissionLimits } from './admission.js';
import { BUDGET_STEPS, isBudgetBlown, resetBudget } from './budget.js';
import { checkExpression } from './check/check-expression.js';
import type { CheckedTree } from './check/checked-tree.js';
import type { Type } from './check/type.js';
import { planExpression, type EnginePlan } from './engine.js';
import type { Evaluation } from './evaluation.js';
import type { ExpressionProblem, PatternsWeight } from './expression.js';
import { faultOf } from './fault.js';
import { LIBRARY } from './functions/library.js';
import { parseExpression } from './parse-expression.js';
import { rewrite } from './rewrite.js';
import { usePatterns } from './rule-patterns.js';

/** An expression that may run. What its result is for is not known here. */
export interface Program {
  readonly type: Type;
  /** Declared variables that it reads. */
  readonly references: ReadonlySet<string>;
  /**
   * @param variables an object that has each declared variable as a property
   * @param maxSteps what the evaluation may take; {@link BUDGET_STEPS} unless the call has less left
   */
  run(variables: object, maxSteps?: number): Evaluation<CelValue>;
}

export type CompiledProgram = PatternsWeight &
  (
    | { readonly ok: true; readonly program: Program }
    | { readonly ok: false; readonly problems: readonly ExpressionProblem[] }
  );

/** What an expression can read: variables with their types, and the fields of those that have no others. */
export interface Vocabulary {
  readonly variables: ReadonlyMap<string, Type>;
  readonly fields?: ReadonlyMap<string, readonly string[]>;
}

const NO_FIELDS: ReadonlyMap<string, readonly string[]> = new Map();

/** Admits, parses, checks and plans a text. Never throws for any text. */
export function compileExpression(
  text: string,
  vocabulary: Vocabulary,
  limits: AdmissionLimits = ADMISSION_LIMITS,
): CompiledProgram {
  const checked = checkText(text, vocabulary, limits);
  if (!('root' in checked)) return { ok: false, problems: [checked], patternsWeight: 0 };
  const { problems, patterns } = checked;
  const patternsWeight = patterns.weight;
  if (problems.length > 0) return { ok: false, problems, patternsWeight };
  return { ok: true, program: programOf(checked), patternsWeight };
}

/** A text that is admitted and parsed, with what the checker says of it; or why it is not. */
export function checkText(
  text: string,
  vocabulary: Vocabulary,
  limits: AdmissionLimits,
): CheckedTree | ExpressionProblem {
  const tooLong = textProblem(text, limits);
  if (tooLong !== undefined) return tooLong;
  const root = parseExpression(text);
  if (!('kind' in root)) return root;
  const tooLarge = treeProblem(text, root, limits);
  if (tooLarge !== undefined) return tooLarge;
  return checkExpression(text, root, { fields: NO_FIELDS, ...vocabulary, functions: LIBRARY });
}

/** Plans a tree. One with problems fails when it runs, at the latest. */
export function programOf(checked: CheckedTree): Program {
  const evaluate = planExpression(rewrite(checked));
  const { type, references, patterns } = checked;
  return {
    type,
    references,
    run(variables, maxSteps = BUDGET_STEPS) {
      usePatterns(patterns);
      return runPlan(evaluate, variables, maxSteps);
    },
  };
}

function runPlan(evaluate: EnginePlan, variables: object, maxSteps: number): Evaluation<CelValue> {
  resetBudget(maxSteps);
  const value = withoutStackTraces(() => evaluate(variables));
  if (isBudgetBlown()) {
    const detail =
      maxSteps < BUDGET_STEPS
        ? 'the expressions of this call together take more steps than are allowed'
        : 'the expression takes more steps on this call than are allowed';
    return { ok: false, code: 'over-budget', detail };
  }
  return isCelError(value) ? { ok: false, ...faultOf(value) } : { ok: true, value };
}

/**
 * An error that a macro or `||` swallows is a value like any other, and the engine makes a new one where two meet. Its
 * stack trace, which nobody reads, would be most of its cost.
 */
function withoutStackTraces<T>(run: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
