import t, { type Test } from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import type { ApiServer } from './api-server.js';
import {
  namesOf,
  OPERATOR_TOOLS,
  startOperatorCluster,
  TUTORIAL_POLICIES,
  tutorialObjects,
  untilCondition,
} from './operator-cluster.js';
import { startOperator, type OperatorProcess } from './operator-process.js';

const skip = missingTools(...OPERATOR_TOOLS);
const POLICY = ['agentpolicies', 'production', 'support-agent-policy'] as const;
const AUTHORIZATION = 'production/omnia-support-agent-policy-customer-tools';

async function isLeading(operator: OperatorProcess): Promise<boolean> {
  return /^omnia_operator_leading 1$/m.test(await operator.metrics());
}

/** One of them leads, and the other one is as ready as it. */
async function startTwo(
  t: Test,
  server: ApiServer,
): Promise<{ leader: OperatorProcess; other: OperatorProcess }> {
  const start = (): Promise<OperatorProcess> => startOperator({ server, teardown: t.teardown.bind(t) });
  const leader = await start();
  await until(() => isLeading(leader), { what: 'the first one leads' });
  const other = await start();
  await Promise.all([leader.untilReady(), other.untilReady()]);
  t.equal(await isLeading(other), false);
  return { leader, other };
}

/** What the leader alone puts back. */
async function untilPutBack(server: ApiServer): Promise<void> {
  const name = AUTHORIZATION.split('/')[1] ?? '';
  await server.kubectl(['delete', 'authorizationpolicy', '-n', 'production', name]);
  await until(async () => (await namesOf(server, 'authorizationpolicies')).includes(AUTHORIZATION), {
    what: 'it is put back',
  });
}

t.test('two operators', { skip }, async (t) => {
  const server = await startOperatorCluster(t);
  await server.apply(tutorialObjects());
  await server.kubectl(['apply', '-f', TUTORIAL_POLICIES]);

  t.test('one that is told to end hands over, and nothing is undone meanwhile', async (t) => {
    const { leader, other } = await startTwo(t, server);
    await untilCondition(server, POLICY, { type: 'Ready', status: 'True', reason: 'PolicyApplied' });
    t.match(await leader.stop(), /exit code 0/);
    t.ok((await namesOf(server, 'authorizationpolicies')).includes(AUTHORIZATION));
    await until(() => isLeading(other), { what: 'the other one leads' });
    await untilPutBack(server);
    t.match(await other.stop(), /exit code 0/);
  });

  t.test('one that is killed is followed within 15 s', async (t) => {
    const { leader, other } = await startTwo(t, server);
    await leader.kill();
    await until(() => isLeading(other), { what: 'the other one leads', timeoutMs: 15_000 });
    await untilPutBack(server);
    await other.stop();
  });

  t.test('one that stood still writes no more when it goes on', async (t) => {
    const { leader, other } = await startTwo(t, server);
    process.kill(leader.pid, 'SIGSTOP');
    await until(() => isLeading(other), { what: 'the other one leads' });
    await server.kubectl(['delete', 'agentpolicy', '-n', 'production', 'support-agent-policy']);
    await until(async () => (await namesOf(server, 'authorizationpolicies')).length === 0, {
      what: 'pruned',
    });
    process.kill(leader.pid, 'SIGCONT');
    await leader.untilLogged('leadership lost');
    t.equal(await isLeading(leader), false);
    t.equal(await isLeading(other), true);
    t.strictSame(await namesOf(server, 'authorizationpolicies'), []);
  });
});
