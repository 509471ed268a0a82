/** Stable codes of a failed evaluation; documented in docs/reference/errors.md. */
export type EvaluationErrorCode =
  | 'no-such-key'
  | 'type-mismatch'
  | 'not-bool'
  | 'not-a-header-value'
  | 'over-budget'
  | 'body-unreadable'
  | 'evaluation-failed'
  | 'policy-not-compiled';

/** An evaluation error is a value, never thrown. `detail` holds the engine's words, for the log only. */
export type Evaluation<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: EvaluationErrorCode; readonly detail: string };
