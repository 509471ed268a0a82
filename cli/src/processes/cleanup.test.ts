import t from 'tap';
import { createCleanup } from './cleanup.js';

t.test('steps are ended in the reverse order of their start, one after the other', async (t) => {
  const cleanup = createCleanup();
  const log: string[] = [];
  for (const name of ['first', 'second', 'third']) {
    cleanup.add({
      async end() {
        log.push(`${name} begins`);
        await new Promise(setImmediate);
        log.push(`${name} ended`);
      },
    });
  }
  await cleanup.run();
  t.strictSame(
    log,
    ['third', 'second', 'first'].flatMap((name) => [`${name} begins`, `${name} ended`]),
  );
});

t.test('what starts while all is being ended is ended too', async (t) => {
  const cleanup = createCleanup();
  let ended = false;
  cleanup.add({ end: () => new Promise((resolve) => setImmediate(resolve)) });
  const running = cleanup.run();
  cleanup.add({
    end: () => {
      ended = true;
    },
  });
  await running;
  await cleanup.run();
  t.ok(ended);
});

t.test('a step that fails does not keep the others from ending', async (t) => {
  const cleanup = createCleanup();
  let ended = false;
  cleanup.add({
    end: () => {
      ended = true;
    },
  });
  cleanup.add({ end: () => Promise.reject(new Error('stuck')) });
  await t.rejects(cleanup.run(), { message: 'stuck' });
  t.ok(ended);
});

t.test('at once reaches the step that is taking too long', (t) => {
  const cleanup = createCleanup();
  const killed: string[] = [];
  for (const name of ['folder', 'process']) {
    cleanup.add({ end: () => new Promise(() => undefined), endAtOnce: () => killed.push(name) });
  }
  void cleanup.run();
  cleanup.runAtOnce();
  t.strictSame(killed, ['folder', 'process']);
  t.end();
});
