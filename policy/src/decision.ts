import type { EvaluationErrorCode } from './cel/evaluation.js';

/**
 * What one policy set says of one tool call. What the expressions said (findings) is kept apart from what is done
 * about it (outcome), so audit and onFailure are no special cases.
 */
export interface Decision {
  readonly outcome: 'allow' | 'deny';
  /** The finding that refused the call: the first enforced one in policy order. Present exactly when denied. */
  readonly denial?: Finding;
  /** Every denial, would-denial and tolerated evaluation failure, in policy order; includes `denial`. */
  readonly findings: readonly Finding[];
  /** Policies that matched the call, in order. */
  readonly matched: readonly PolicyRef[];
  /** Headers to set on the request to the tool. Empty when denied. */
  readonly injectHeaders: readonly InjectedHeader[];
  /** Lower-case names that any matching policy injects: removed from the incoming request first. */
  readonly removeHeaders: readonly string[];
  /** From the matching ToolPolicies: whether one wants allows logged, and the union of the fields to mask. */
  readonly audit: { readonly logDecisions: boolean; readonly redactFields: readonly string[] };
}

export interface PolicyRef {
  /** `Request` for what no policy decides: an ambiguous call, an unmatched one refused by configuration. */
  readonly kind: 'ToolPolicy' | 'AgentPolicy' | 'Request';
  readonly namespace: string;
  readonly name: string;
}

export interface Finding {
  readonly policy: PolicyRef;
  readonly rule: string;
  /** The author's words; safe to show to the caller. */
  readonly message: string;
  readonly mode: 'enforce' | 'audit' | 'permissive';
  /**
   * - `deny`: refuses the call.
   * - `would-deny`: would refuse it, but the policy's mode is audit or permissive.
   * - `ignore`: an evaluation failure that onFailure: allow lets pass.
   */
  readonly action: 'deny' | 'would-deny' | 'ignore';
  /** Present when the evaluation failed. `detail` is for the log only. */
  readonly error?: { readonly code: EvaluationErrorCode; readonly detail: string };
}

export interface InjectedHeader {
  /** Lower case. */
  readonly name: string;
  readonly value: string;
}
