import t from 'tap';
import { descendants, findProcess } from '../child-processes.js';
import { startStack } from '../stack.js';
import { callTool } from '../tool-call.js';

/** A call to a frozen worker is refused after a second; so many refusals in a row mean that it goes on for ever. */
const MAX_CALLS = 20;

t.test('calls are answered by the other worker when one is frozen, whichever it is', async (t) => {
  const stack = await startStack({ flags: ['--workers', '2', '--envoy-concurrency', '1'] });
  t.teardown(() => stack.stop());
  const primary = findProcess(stack.process.pid, 'omnia-ext-authz');
  const workers = descendants(primary.pid).filter(({ command }) => command.includes('omnia-ext-authz'));
  t.equal(workers.length, 2);
  const call = async (): Promise<number> =>
    (await callTool(stack, { body: { amount: 5, reason: 'r' } })).status;
  t.equal(await call(), 200);
  for (const { pid } of workers) {
    process.kill(pid, 'SIGSTOP');
    const statuses: number[] = [];
    while (statuses.at(-1) !== 200 && statuses.length < MAX_CALLS) statuses.push(await call());
    process.kill(pid, 'SIGCONT');
    t.equal(statuses.at(-1), 200, `after ${statuses.length} calls`);
    t.ok(statuses.every((status) => status === 200 || status === 503));
  }
});
