import { createMetrics, metricsText } from '@omnia-policy/service';
import t from 'tap';
import { createWorkerMetrics, type WorkerMetrics } from './worker-metrics.js';

/** Workers that count, and answer when they are asked unless they are frozen. */
function startWorkers(ids: readonly number[]) {
  const frozen = new Set<number>();
  const workers = new Map(ids.map((id) => [id, startWorker()]));
  const asked: (readonly [worker: number, id: number])[] = [];
  const report = async (worker: number, id: number): Promise<void> => {
    const snapshot = await workers.get(worker)?.metrics.snapshot();
    if (snapshot !== undefined) all.receive(worker, { id, snapshot });
  };
  const all: WorkerMetrics = createWorkerMetrics((worker, id) => {
    asked.push([worker, id]);
    if (!frozen.has(worker)) void report(worker, id);
  });
  const shown = async (): Promise<string | undefined> => {
    const { text } = await metricsText(await all.collect(workers.keys()));
    return /^calls_total (\d+)$/m.exec(text)?.[1];
  };
  return { workers, frozen, asked, report, all, shown };
}

function startWorker() {
  const metrics = createMetrics();
  const calls = metrics.counter({ name: 'calls_total', help: 'h' })();
  return { metrics, count: calls.increase.bind(calls) };
}

t.test('a frozen worker, its late answer, its end and its successor: the sum never falls', async (t) => {
  const { workers, frozen, asked, report, all, shown } = startWorkers([1, 2]);
  workers.get(1)?.count(10);
  workers.get(2)?.count(20);
  t.equal(await shown(), '30');
  frozen.add(1);
  workers.get(2)?.count(5);
  t.equal(await shown(), '35', 'frozen');
  workers.get(1)?.count(1);
  const [worker = 0, id = 0] = asked.at(-2) ?? [];
  await report(worker, id);
  t.equal(await shown(), '36', 'answered late');
  workers.delete(1);
  all.retire(1);
  t.equal(await shown(), '36', 'ended');
  workers.set(3, startWorker());
  t.equal(await shown(), '36');
  workers.get(3)?.count(4);
  t.equal(await shown(), '40', 'replaced');
  all.retire(3);
  workers.delete(3);
  t.equal(await shown(), '40', 'another one ended');
});

t.test('answers that overtake each other', async (t) => {
  const { workers, all, shown } = startWorkers([1]);
  const older = (await workers.get(1)?.metrics.snapshot()) ?? [];
  workers.get(1)?.count(7);
  t.equal(await shown(), '7');
  all.receive(1, { id: 0, snapshot: older });
  t.strictSame(await all.collect([]), await all.collect([]));
  t.match((await metricsText(await all.collect([]))).text, /^calls_total 7$/m);
});
