import t from 'tap';
import { silentLogger } from './logger.js';
import { runShutdown, type ShutdownStep } from './shutdown.js';

const logger = silentLogger;

t.test('steps run in order, each after the one before it', async (t) => {
  const done: string[] = [];
  const step = (name: string, waitMs: number): ShutdownStep => ({
    name,
    async run() {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      done.push(name);
    },
  });
  t.equal(
    await runShutdown({ steps: [step('slow', 20), step('quick', 0)], deadlineMs: 10_000, logger }),
    true,
  );
  t.strictSame(done, ['slow', 'quick']);
});

t.test('a step that fails is logged and the others run', async (t) => {
  const done: string[] = [];
  const failures: unknown[] = [];
  const steps: ShutdownStep[] = [
    { name: 'bad', run: () => Promise.reject(new Error('no')) },
    { name: 'good', run: () => void done.push('good') },
  ];
  const error = (fields: object): void => void failures.push(fields);
  t.equal(await runShutdown({ steps, deadlineMs: 10_000, logger: { ...logger, error } }), true);
  t.strictSame(done, ['good']);
  t.match(failures, [{ step: 'bad', err: { message: 'no' } }]);
});

t.test('a step that never ends does not hold up the end', async (t) => {
  const steps = [{ name: 'stuck', run: () => new Promise<void>(() => undefined) }];
  t.equal(await runShutdown({ steps, deadlineMs: 30, logger }), false);
});
