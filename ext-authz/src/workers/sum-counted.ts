import type { MetricsSnapshot } from '@omnia-policy/service';

type Metric = MetricsSnapshot[number];

/** Counters and histograms of two processes added up. Gauges are left out: they tell of a moment, not of a sum. */
export function sumCounted(one: MetricsSnapshot, other: MetricsSnapshot): MetricsSnapshot {
  const sums = new Map<string, Metric>();
  for (const metric of [...one, ...other]) {
    // A word, although the library's types say that it is a number.
    if (String(metric.type) === 'gauge') continue;
    const values = [...(sums.get(metric.name)?.values ?? []), ...metric.values];
    sums.set(metric.name, { ...metric, values: sumValues(values) });
  }
  return [...sums.values()];
}

function sumValues(values: Metric['values']): Metric['values'] {
  const sums = new Map<string, Metric['values'][number]>();
  for (const { value, ...series } of values) {
    const key = JSON.stringify(series);
    sums.set(key, { ...series, value: value + (sums.get(key)?.value ?? 0) });
  }
  return [...sums.values()];
}
