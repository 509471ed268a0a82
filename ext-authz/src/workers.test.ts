import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { createCheckClient, metadataOf, toolRequest } from './testing/check-client.js';
import { refundPolicy } from './testing/policy-texts.js';
import { startProgram, until, type LogLine, type StartedProgram } from './testing/started-program.js';

async function started(
  test: Pick<typeof t, 'teardown'>,
  policy = refundPolicy({ mode: 'audit' }),
): Promise<StartedProgram> {
  const program = await startProgram({
    policies: { 'a.yaml': policy },
    args: ['--workers', '2', '--log-level', 'debug'],
  });
  test.teardown(() => program.end('SIGKILL'));
  return program;
}

const decisions = (log: readonly LogLine[]) => log.filter(({ msg }) => msg === 'policy_decision');

/** One would-deny on a connection of its own; its log line names the worker. */
async function checkOnce(program: StartedProgram): Promise<unknown> {
  const client = createCheckClient(program.port);
  const id = metadataOf(await client.check(toolRequest({ body: '{"amount": 900}' }))).decision_id;
  client.close();
  return (await program.logged(({ decisionId }) => decisionId === id)).worker;
}

t.test('connections reach several workers, and the metrics are those of all', async (t) => {
  const program = await started(t);
  await program.ready();
  const workers = new Set<unknown>();
  let checks = 0;
  await until(async () => {
    checks += 1;
    return workers.add(await checkOnce(program)).size === 2;
  });
  const { text } = await program.get('/metrics');
  t.match(text, new RegExp(`omnia_policy_decisions_total{outcome="would_deny".*} ${checks}\n`));
  t.match(text, new RegExp(`omnia_policy_evaluation_seconds_count ${checks}\n`));
  t.match(text, /omnia_policies_active 1\n/);
  t.equal(decisions(program.log).length, checks);
});

t.test('a worker that dies is replaced and its successor has the policies of the day', async (t) => {
  const program = await started(t);
  await program.ready();
  await program.write('a.yaml', refundPolicy({ mode: 'audit', name: 'renamed' }));
  await program.logged(({ msg, revision }) => msg === 'policies loaded' && revision === '2');
  for (let checks = 0; checks < 3; checks += 1) await checkOnce(program);
  const counted = /omnia_policy_evaluation_seconds_count 3\n/;
  t.match((await program.get('/metrics')).text, counted);
  const pids = await workerPids(program.pid);
  t.equal(pids.length, 2);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until(() => program.log.filter(({ msg }) => msg === 'worker ended; starting another').length === 2);
  await until(async () => (await program.get('/readyz')).status === 200);
  t.match((await program.get('/metrics')).text, counted, 'what they counted is not taken back');
  const workers = new Set<unknown>();
  await until(async () => workers.add(await checkOnce(program)).size === 2);
  t.notOk(workers.has(1) || workers.has(2), 'both are new');
  t.ok(decisions(program.log).every(({ policy }) => policy === 'renamed'));
});

t.test('all workers change together, and SIGTERM ends all', async (t) => {
  const program = await started(t);
  await program.ready();
  const clients = Array.from({ length: 4 }, () => createCheckClient(program.port));
  const outcomes = async () =>
    Promise.all(
      clients.map(
        async ({ check }) => metadataOf(await check(toolRequest({ body: '{"amount": 900}' }))).outcome,
      ),
    );
  t.strictSame(new Set(await outcomes()), new Set(['would_deny']));
  await program.write('a.yaml', refundPolicy());
  await until(async () => (await outcomes()).every((outcome) => outcome === 'denied'));
  const pids = await workerPids(program.pid);
  const code = await program.end('SIGTERM');
  for (const { close } of clients) close();
  t.equal(code, 0);
  for (const pid of pids) t.throws(() => process.kill(pid, 0), 'the worker is gone');
});

t.test(
  'ready once every worker has the newest policies; /policies names those that are behind',
  async (t) => {
    const program = await started(t, 'a: [1\n');
    await until(() => program.log.filter(({ msg }) => msg === 'worker listens').length === 2);
    const [first = 0, second = 0] = await workerPids(program.pid);
    t.teardown(() => {
      for (const pid of [first, second]) process.kill(pid, 'SIGCONT');
    });
    const behind = async (...workers: readonly object[]): Promise<void> => {
      await until(async () => {
        const report = JSON.parse((await program.get('/policies')).text) as { workersBehind?: unknown };
        return isDeepStrictEqual(report.workersBehind ?? [], workers);
      });
    };
    const notReady = { status: 503, text: /workers do not have the policies yet/ };

    process.kill(second, 'SIGSTOP');
    await program.write('a.yaml', refundPolicy());
    await behind({ worker: 2, revision: null });
    t.match(await program.get('/readyz'), notReady);

    process.kill(first, 'SIGSTOP');
    await program.write('a.yaml', refundPolicy({ limit: 200 }));
    await program.logged(({ msg, revision }) => msg === 'policies loaded' && revision === '2');
    process.kill(second, 'SIGCONT');
    await behind({ worker: 1, revision: '1' });
    t.match(await program.get('/readyz'), notReady, 'all have some policies, but not the same');

    process.kill(first, 'SIGCONT');
    await behind();
    await program.ready();
  },
);

/** From the kernel's list of a process's children. */
async function workerPids(pid: number): Promise<number[]> {
  const { readFile } = await import('node:fs/promises');
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').map(Number);
}
