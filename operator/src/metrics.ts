import type { Metrics } from '@omnia-policy/service';

/** What the operator counts of its own; docs/reference/operator-metrics.md. */
export interface OperatorMetrics {
  leads(isLeading: boolean): void;
  reconciled(kind: string, result: 'done' | 'failed'): void;
  reviewed(verdict: 'allowed' | 'denied'): void;
}

export function createOperatorMetrics(metrics: Metrics): OperatorMetrics {
  const leading = metrics.gauge({
    name: 'omnia_operator_leading',
    help: '1 for the replica that writes, else 0',
  });
  const reconciles = metrics.counter({
    name: 'omnia_operator_reconciles_total',
    help: 'Looks at what there should be for one policy, workload or agent, by kind and result',
    labels: ['kind', 'result'],
  });
  const reviews = metrics.counter({
    name: 'omnia_operator_webhook_reviews_total',
    help: 'Answers of the admission webhook, by verdict',
    labels: ['verdict'],
  });
  leading.set(0);
  return {
    leads: (isLeading) => {
      leading.set(isLeading ? 1 : 0);
    },
    reconciled: (kind, result) => {
      reconciles(kind, result).increase();
    },
    reviewed: (verdict) => {
      reviews(verdict).increase();
    },
  };
}
