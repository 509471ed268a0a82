import { createMetrics, metricsText, type Metrics, type MetricsSnapshot } from '@omnia-policy/service';
import t from 'tap';
import { sumCounted } from './sum-counted.js';

function counted(by: number, labels: readonly string[]): Metrics {
  const metrics = createMetrics();
  const counter = metrics.counter({ name: 'calls_total', help: 'h', labels: ['kind'] });
  for (const label of labels) counter(label).increase(by);
  metrics.histogram({ name: 'seconds', help: 'h', buckets: [1, 5] }).observe(by);
  metrics.gauge({ name: 'open', help: 'h' }).set(by);
  return metrics;
}

const textOf = async (snapshots: readonly MetricsSnapshot[]): Promise<readonly string[]> =>
  (await metricsText(snapshots)).text.split('\n').filter((line) => /^(calls|seconds|open)/.test(line));

t.test('counters and histograms of two processes make one, as if they were shown together', async (t) => {
  const one = await counted(1, ['a', 'b']).snapshot();
  const two = await counted(3, ['b', 'c']).snapshot();
  const together = await textOf([one, two]);
  const sum = sumCounted(one, two);
  t.strictSame(
    await textOf([sum]),
    together.filter((line) => !line.startsWith('open')),
  );
  for (const line of ['calls_total{kind="b"} 4', 'seconds_bucket{le="1"} 1', 'seconds_sum 4'])
    t.ok(together.includes(line));
  t.strictSame(await textOf([sumCounted([], sum)]), await textOf([sum]));
});
