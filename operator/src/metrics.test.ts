import { createMetrics } from '@omnia-policy/service';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { createOperatorMetrics } from './metrics.js';

const page = readFileSync(new URL('../../docs/reference/operator-metrics.md', import.meta.url), 'utf8');

t.test('docs/reference/operator-metrics.md lists exactly the metrics that there are', async (t) => {
  const metrics = createMetrics();
  createOperatorMetrics(metrics);
  const own = (await metrics.snapshot()).filter(({ name }) => name.startsWith('omnia_'));
  const documented = [...page.matchAll(/^\| `(omnia_\w+)` \| (\w+) \|/gm)].map(([, name, type]) => [
    name,
    type,
  ]);
  t.strictSame(documented.sort(), own.map(({ name, type }) => [name, String(type)]).sort());
});

t.test('a replica leads or does not, and counts what it does', async (t) => {
  const metrics = createMetrics();
  const operator = createOperatorMetrics(metrics);
  const values = async (): Promise<unknown> =>
    Object.fromEntries(
      (await metrics.snapshot())
        .filter(({ name }) => name.startsWith('omnia_'))
        .map(({ name, values }) => [name, values.map(({ value }) => value)]),
    );
  t.strictSame(await values(), {
    omnia_operator_leading: [0],
    omnia_operator_reconciles_total: [],
    omnia_operator_webhook_reviews_total: [],
  });
  operator.leads(true);
  operator.reconciled('AgentPolicy', 'done');
  operator.reconciled('AgentPolicy', 'done');
  operator.reviewed('denied');
  t.strictSame(await values(), {
    omnia_operator_leading: [1],
    omnia_operator_reconciles_total: [2],
    omnia_operator_webhook_reviews_total: [1],
  });
});
