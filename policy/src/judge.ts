import type { EvaluationErrorCode } from './cel/evaluation.js';
import type { Finding, PolicyRef } from './decision.js';

/** What every policy says about how its findings act. */
export interface Stance {
  readonly ref: PolicyRef;
  readonly mode: Finding['mode'];
  readonly onFailure: 'deny' | 'allow';
}

export interface Verdict {
  readonly rule: string;
  readonly message: string;
  /** Present when the evaluation failed rather than said no. */
  readonly error?: { readonly code: EvaluationErrorCode; readonly detail: string };
}

/** The one place where mode and onFailure turn what was found into what is done. */
export function judge(stance: Stance, verdict: Verdict): Finding {
  return { policy: stance.ref, mode: stance.mode, action: actionOf(stance, verdict), ...verdict };
}

function actionOf(stance: Stance, verdict: Verdict): Finding['action'] {
  if (verdict.error && stance.onFailure === 'allow') return 'ignore';
  return stance.mode === 'enforce' ? 'deny' : 'would-deny';
}
