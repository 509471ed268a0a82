import t from 'tap';
import { createMetrics, metricsText } from './metrics.js';

t.test('the metrics of several processes are added up', async (t) => {
  const one = createMetrics();
  const two = createMetrics();
  for (const [metrics, by] of [
    [one, 2],
    [two, 3],
  ] as const) {
    const counter = metrics.counter({ name: 'calls_total', help: 'h', labels: ['kind', 'place'] });
    counter('a', 'x').increase(by);
    counter('a', 'x').increase();
    metrics.histogram({ name: 'seconds', help: 'h', buckets: [1, 2] }).observe(by / 2);
  }
  const snapshots = structuredClone([await one.snapshot(), await two.snapshot()]);
  const { contentType, text } = await metricsText(snapshots);
  t.match(contentType, /^text\/plain/);
  t.match(text, 'calls_total{kind="a",place="x"} 7\n');
  t.match(text, 'seconds_bucket{le="1"} 1\n');
  t.match(text, 'seconds_count 2\n');
});

t.test('what was counted is shown once, however often somebody looks', async (t) => {
  const metrics = createMetrics();
  const calls = metrics.counter({ name: 'calls_total', help: 'h' })();
  const shown = async (): Promise<string | undefined> => {
    const { text } = await metricsText([await metrics.snapshot()]);
    return text.split('\n').find((line) => line.startsWith('calls_total'));
  };
  t.equal(await shown(), 'calls_total 0');
  calls.increase(2);
  t.same([await shown(), await shown()], ['calls_total 2', 'calls_total 2']);
  calls.increase();
  t.equal(await shown(), 'calls_total 3');
});

t.test('label values can hold anything', async (t) => {
  const metrics = createMetrics();
  metrics
    .counter({ name: 'c_total', help: 'h', labels: ['l'] })('a "b"\nc\\')
    .increase();
  t.match((await metricsText([await metrics.snapshot()])).text, 'c_total{l="a \\"b\\"\\nc\\\\"} 1\n');
});
