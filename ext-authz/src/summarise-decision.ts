import type { Decision, Finding } from '@omnia-policy/policy';

/**
 * - `would_deny`: allowed, and a policy in audit or permissive mode would have refused it.
 * - `error`: allowed, and an evaluation failed that onFailure: allow lets pass.
 */
export type DecisionOutcome = 'allowed' | 'denied' | 'would_deny' | 'error';

export interface DecisionSummary {
  readonly outcome: DecisionOutcome;
  /** What the outcome rests on; empty strings where it rests on nothing. */
  readonly policy: string;
  readonly rule: string;
}

const allowed: DecisionSummary = { outcome: 'allowed', policy: '', rule: '' };

/** A decision in three words, for dynamic metadata. */
export function summariseDecision({ denial, findings }: Decision): DecisionSummary {
  const [first] = findings;
  if (first === undefined) return allowed;
  const finding = denial ?? findings.find(({ action }) => action === 'would-deny') ?? first;
  return { outcome: outcomeOf(finding), policy: finding.policy.name, rule: finding.rule };
}

export function outcomeOf({ action }: Finding): DecisionOutcome {
  if (action === 'deny') return 'denied';
  return action === 'would-deny' ? 'would_deny' : 'error';
}
