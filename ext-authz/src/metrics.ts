import type { Decision, PolicySet, ToolCall } from '@omnia-policy/policy';
import type { Metrics } from '@omnia-policy/service';
import { knownRegistries } from './known-registries.js';
import { outcomeOf } from './summarise-decision.js';

/** From 20 µs: seven rules take about that long. */
const evaluationBuckets = [
  20e-6, 50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3, 10e-3, 50e-3, 100e-3, 500e-3,
] as const;

export const checkFailures = ['not-ready', 'malformed-request', 'internal'] as const;
export type CheckFailure = (typeof checkFailures)[number];

/** Metrics of a process that answers Checks. */
export interface DecisionMetrics {
  record(decided: {
    readonly decision: Decision;
    readonly call: ToolCall;
    readonly policySet: PolicySet;
  }): void;
  observeSeconds(seconds: number): void;
  fail(failure: CheckFailure): void;
}

export function createDecisionMetrics(metrics: Metrics): DecisionMetrics {
  const decisions = metrics.counter({
    name: 'omnia_policy_decisions_total',
    help: 'Decisions: one allowed or denied for each call, and one more for each would-denial and evaluation error',
    labels: ['outcome', 'namespace', 'policy', 'mode', 'registry'],
  });
  const failures = metrics.counter({
    name: 'omnia_checks_failed_total',
    help: 'Checks answered with a gRPC error instead of a decision, by reason',
    labels: ['reason'],
  });
  const evaluation = metrics.histogram({
    name: 'omnia_policy_evaluation_seconds',
    help: 'Time from the decoded request to the decision',
    buckets: evaluationBuckets,
  });
  return {
    record({ decision: { denial, findings }, call, policySet }) {
      const registry = knownRegistries(policySet).has(call.registry) ? call.registry : 'other';
      if (denial === undefined) decisions('allowed', '', '', '', registry).increase();
      for (const finding of findings) {
        const { policy, mode, error } = finding;
        const outcome = outcomeOf(finding);
        // The first refusal decides; others of the same call would count it twice.
        if (finding === denial || outcome === 'would_deny') {
          decisions(outcome, namespaceOf(policy), policy.name, mode, registry).increase();
        }
        if (error !== undefined)
          decisions('error', namespaceOf(policy), policy.name, mode, registry).increase();
      }
    },
    observeSeconds(seconds) {
      evaluation.observe(seconds);
    },
    fail(failure) {
      failures(failure).increase();
    },
  };
}

/** A refusal that no policy made carries the namespace that the caller claimed: no label values from callers. */
function namespaceOf({ kind, namespace }: { readonly kind: string; readonly namespace: string }): string {
  return kind === 'Request' ? '' : namespace;
}

/** Metrics of the process that loads the policies. */
export interface LoadMetrics {
  loaded(policySet: PolicySet, nowMs: number): void;
  problems(count: number): void;
}

export function createLoadMetrics(metrics: Metrics): LoadMetrics {
  const active = metrics.gauge({ name: 'omnia_policies_active', help: 'Policies in force without problems' });
  const lastLoad = metrics.gauge({
    name: 'omnia_policy_last_load_timestamp_seconds',
    help: 'When the policies in force were loaded, in seconds since 1970',
  });
  const errors = metrics.counter({
    name: 'omnia_policy_load_errors_total',
    help: 'Problems found in policies, counted at each load',
  })();
  return {
    loaded(policySet, nowMs) {
      active.set(policySet.entries.filter(({ phase }) => phase === 'Active').length);
      lastLoad.set(nowMs / 1000);
    },
    problems(count) {
      errors.increase(count);
    },
  };
}
