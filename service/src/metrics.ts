import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricObjectWithValues, MetricValue } from 'prom-client';

export interface MetricText {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** One series of a counter, looked up once. */
export interface CounterSeries {
  increase(by?: number): void;
}

/** The metrics of one process. */
export interface Metrics {
  /** A function from label values, in the order of `labels`, to their series. Series are kept, so callers can be hot. */
  counter(text: MetricText): (...labelValues: readonly string[]) => CounterSeries;
  gauge(text: MetricText): { set(value: number): void };
  histogram(text: MetricText & { readonly buckets: readonly number[] }): { observe(value: number): void };
  /** Names of all metrics, for the test that compares them with the documentation. */
  names(): readonly string[];
  /** A copy that can be sent to another process. */
  snapshot(): Promise<MetricsSnapshot>;
}

/** Serialisable state of one process's metrics. */
export type MetricsSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

/** The library's own choice, 10 ms, wakes an idle process so often that it takes 2 % of a core. */
const EVENT_LOOP_SAMPLE_MS = 100;

/** An empty registry, with the process metrics of Node (`process_*`, `nodejs_*`). */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS });
  return {
    counter: (text) => createCounter(registry, text),
    gauge: (text) => new Gauge({ ...options(text), registers: [registry] }),
    histogram: (text) => createHistogram(registry, text),
    names: () => registry.getMetricsAsArray().map(({ name }) => name),
    snapshot: () => registry.getMetricsAsJSON(),
  };
}

/** The exposition text of several processes taken together: counters and histograms are added up. */
export async function metricsText(
  snapshots: readonly MetricsSnapshot[],
): Promise<{ readonly contentType: string; readonly text: string }> {
  const registry = AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot]));
  return { contentType: registry.contentType, text: await registry.metrics() };
}

/** Increments are collected here and handed to the library when somebody looks: it hashes the labels each time. */
function createCounter(
  registry: Registry,
  text: MetricText,
): (...labelValues: readonly string[]) => CounterSeries {
  const names = text.labels ?? [];
  const known = new Map<string, CollectedSeries>();
  const counter: Counter = new Counter({
    ...options(text),
    registers: [registry],
    collect() {
      for (const series of known.values()) series.handOver();
    },
  });
  return (...labelValues) => {
    const key = labelValues.join('\n');
    let series = known.get(key);
    if (series === undefined) {
      const labelled = counter.labels(...names.map((_, index) => labelValues[index] ?? ''));
      series = new CollectedSeries((by) => {
        labelled.inc(by);
      });
      known.set(key, series);
    }
    return series;
  };
}

class CollectedSeries implements CounterSeries {
  #collected = 0;
  readonly #handOver: (by: number) => void;

  constructor(handOver: (by: number) => void) {
    this.#handOver = handOver;
  }

  increase(by = 1): void {
    this.#collected += by;
  }

  handOver(): void {
    this.#handOver(this.#collected);
    this.#collected = 0;
  }
}

/** Observations are handed to the library many at a time: for one by one it has to be fetched into the caches again. */
function createHistogram(
  registry: Registry,
  { buckets, ...text }: MetricText & { readonly buckets: readonly number[] },
): { observe(value: number): void } {
  const collected: number[] = [];
  const handOver = (to: Histogram): void => {
    for (const value of collected) to.observe(value);
    collected.length = 0;
  };
  const histogram: Histogram = new Histogram({
    ...options(text),
    buckets: [...buckets],
    registers: [registry],
    collect() {
      handOver(histogram);
    },
  });
  return {
    observe(value) {
      if (collected.push(value) >= MAX_COLLECTED) handOver(histogram);
    },
  };
}

const MAX_COLLECTED = 256;

function options({ name, help, labels = [] }: MetricText): {
  name: string;
  help: string;
  labelNames: string[];
} {
  return { name, help, labelNames: [...labels] };
}
