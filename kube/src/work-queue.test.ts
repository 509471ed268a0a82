import { createLogger, silentLogger, type Logger } from '@omnia-policy/service';
import t, { type Test } from 'tap';
import { until } from './testing/until.js';
import { createWorkQueue, type WorkQueue, type WorkQueueOptions } from './work-queue.js';

interface Started {
  readonly queue: WorkQueue;
  readonly stop: () => void;
  /** Keys in the order in which their runs began. */
  readonly runs: string[];
  readonly running: () => number;
  /** Ends the oldest run. */
  readonly finish: (error?: Error) => void;
}

function start(t: Test, options: Partial<WorkQueueOptions> = {}, logger: Logger = silentLogger): Started {
  const stopping = new AbortController();
  const runs: string[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const queue = createWorkQueue({
    ...{ name: 'test', backoff: { firstMs: 1, maxMs: 2 }, logger, signal: stopping.signal },
    run: (key) =>
      new Promise((resolve, reject) => {
        runs.push(key);
        ends.push((error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    ...options,
  });
  const stop = (): void => {
    stopping.abort();
  };
  t.teardown(stop);
  return { queue, stop, runs, running: () => ends.length, finish: (error) => ends.shift()?.(error) };
}

t.test('a key that waits is run once, however often it is added', async (t) => {
  const { queue, runs, finish } = start(t, { concurrency: 1 });
  for (const key of ['a', 'b', 'b', 'b']) queue.add(key);
  finish();
  await until(() => runs.length === 2, 'the second key runs');
  finish();
  await queue.idle();
  t.strictSame(runs, ['a', 'b']);
});

t.test('a key that is added during its run is run again after it, never beside it', async (t) => {
  const { queue, runs, running, finish } = start(t);
  queue.add('a');
  queue.add('a');
  queue.add('a');
  queue.add('b');
  t.strictSame(runs, ['a', 'b']);
  finish();
  await until(() => runs.length === 3, 'the key runs again');
  t.strictSame([runs, running()], [['a', 'b', 'a'], 2]);
  finish();
  finish();
  await queue.idle();
});

t.test('no more keys run at once than allowed', async (t) => {
  const { queue, runs, running, finish } = start(t, { concurrency: 2 });
  for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
  t.equal(running(), 2);
  finish();
  await until(() => runs.length === 3, 'the third one runs');
  t.equal(running(), 2);
  while (running() > 0) {
    finish();
    await new Promise(setImmediate);
  }
  await queue.idle();
  t.equal(runs.length, 4);
});

t.test('a key that fails is run again until it does not, and the log says why', async (t) => {
  const lines: string[] = [];
  const logger = createLogger('info', {}, { write: (line) => void lines.push(line) });
  const { queue, runs, finish } = start(t, {}, logger);
  queue.add('a');
  finish(new Error('first'));
  await until(() => runs.length === 2, 'it is tried again');
  finish(new Error('second'));
  await until(() => runs.length === 3, 'it is tried a third time');
  const idle = queue.idle();
  finish();
  await idle;
  t.match(
    lines.map((line) => JSON.parse(line) as unknown),
    [
      { queue: 'test', key: 'a', failures: 1, err: { message: 'first' } },
      { key: 'a', failures: 2, err: { message: 'second' } },
    ],
  );
});

t.test('a key is run later when that is asked for, and once when it is run before', async (t) => {
  const { queue, runs, finish } = start(t);
  queue.addAfter('a', 1);
  queue.addAfter('a', 3_600_000);
  await until(() => runs.length === 1, 'the earliest time counts');
  finish();
  await queue.idle();
  queue.addAfter('b', 20);
  queue.add('b');
  finish();
  await queue.idle();
  queue.addAfter('c', 30);
  await until(() => runs.includes('c'), 'a later one has had its time');
  t.strictSame(runs, ['a', 'b', 'c']);
  finish();
});

t.test('after the stop nothing begins, and what runs is waited for', async (t) => {
  const { queue, stop, runs, finish } = start(t, { concurrency: 1 });
  queue.add('a');
  queue.add('b');
  stop();
  queue.add('c');
  queue.addAfter('d', 0);
  let isIdle = false;
  const idle = queue.idle().then(() => (isIdle = true));
  await new Promise(setImmediate);
  t.equal(isIdle, false);
  finish(new Error('no matter'));
  await idle;
  t.strictSame(runs, ['a']);
});

t.test('a key that fails for the same reason again and again fills no log', async (t) => {
  const lines: string[] = [];
  const logger = createLogger('info', {}, { write: (line) => void lines.push(line) });
  let runs = 0;
  const run = (): Promise<void> => {
    runs += 1;
    return Promise.reject(new Error('same'));
  };
  const { queue } = start(t, { run }, logger);
  queue.add('a');
  await until(() => runs > 20, 'it is tried many times');
  t.equal(lines.length, 1);
});

t.test('runs that never wait leave turns to others', async (t) => {
  const keys = Array.from({ length: 100 }, (_, index) => `key-${index}`);
  let runs = 0;
  const run = (): Promise<void> => {
    runs += 1;
    for (const endMs = performance.now() + 1; performance.now() < endMs;);
    return Promise.resolve();
  };
  const { queue } = start(t, { run });
  for (const key of keys) queue.add(key);
  const turns: number[] = [];
  const takeTurn = (): void => {
    turns.push(runs);
    if (runs < keys.length) setImmediate(takeTurn);
  };
  setImmediate(takeTurn);
  await queue.idle();
  t.equal(runs, keys.length);
  t.ok(turns.length > 1 && (turns[0] ?? 0) < keys.length);
});
