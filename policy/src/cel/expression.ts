import type { ToolCall } from '../call/tool-call.js';
import type { Evaluation } from './evaluation.js';

/** The variables that an expression can read; docs/reference/cel.md says what each holds. */
export type RootVariable = 'headers' | 'body' | 'identity' | 'request' | 'tool' | 'mcp';

/** An expression that was parsed, checked and planned. Stateless: one instance serves every call. */
export interface Expression<T> {
  readonly references: ReadonlySet<RootVariable>;
  evaluate(activation: Activation): Evaluation<T>;
}

/** The variables of one call, converted once and shared by all its expressions. */
export interface Activation {
  readonly call: ToolCall;
}

/** What is wrong with an expression; line and column are 1-based inside its text. */
export interface ExpressionProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** What compiling an expression's regular expressions took, in microseconds or so; those of a document add up. */
export interface PatternsWeight {
  readonly patternsWeight: number;
}

export type CompileResult<T> = PatternsWeight &
  (
    | { readonly ok: true; readonly expression: Expression<T> }
    | { readonly ok: false; readonly problems: readonly ExpressionProblem[] }
  );
