import t from 'tap';
import { createLatencyHistogram } from './latency-histogram.js';
import { median, quantile } from './median.js';

t.test('small values are exact, by the nearest-rank rule', (t) => {
  const histogram = createLatencyHistogram();
  for (let value = 1; value <= 100; value++) histogram.record(value);
  t.equal(histogram.percentile(50), 50);
  t.equal(histogram.percentile(99), 99);
  t.equal(histogram.percentile(99.9), 100);
  t.equal(histogram.percentile(0), 1);
  t.equal(histogram.percentile(100), 100);
  t.end();
});

t.test('any value is known to within one per cent, and never understated', (t) => {
  for (let value = 200; value < 2 ** 31 - 1; value = Math.floor(value * 1.37)) {
    const histogram = createLatencyHistogram();
    histogram.record(value);
    const found = histogram.percentile(50) ?? 0;
    t.ok(found >= value && found <= value * 1.01, `${value} is ${found}`);
  }
  t.end();
});

t.test('nothing recorded has no percentiles', (t) => {
  t.equal(createLatencyHistogram().percentile(50), undefined);
  t.end();
});

t.test('what two histograms counted can be put together', (t) => {
  const [whole, one, other] = [createLatencyHistogram(), createLatencyHistogram(), createLatencyHistogram()];
  for (let value = 10; value < 1_000_000; value = Math.floor(value * 1.1)) {
    whole.record(value);
    (value % 2 === 0 ? one : other).record(value);
  }
  one.add(other.buckets());
  t.same(one.buckets(), whole.buckets());
  t.equal(one.count(), whole.count());
  t.end();
});

t.test('the median is the middle value, or between the two of them', (t) => {
  t.equal(median([9, 1, 5]), 5);
  t.equal(median([1, 2, 10, 4]), 3);
  t.equal(quantile([1, 2, 3, 4, 5], 0.25), 2);
  t.equal(quantile([1, 2], 1), 2);
  t.throws(() => median([]), RangeError);
  t.end();
});
