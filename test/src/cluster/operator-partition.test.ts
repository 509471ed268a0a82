import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import { startExtAuthz } from './ext-authz-process.js';
import { gatedKubeconfig } from './gated-kubeconfig.js';
import {
  listObjects,
  namesOf,
  OPERATOR_TOOLS,
  startOperatorCluster,
  tutorialObjects,
  TUTORIAL_POLICIES,
  untilCondition,
} from './operator-cluster.js';
import { startOperator } from './operator-process.js';
import { startTcpGate } from './tcp-gate.js';

const skip = missingTools(...OPERATOR_TOOLS);
const AUTHORIZATION = 'omnia-support-agent-policy-customer-tools';
const POLICY = ['toolpolicies', 'production', 'refund-guardrails'] as const;
const ENFORCED = { type: 'Enforced', status: 'True', reason: 'AllReplicas' };

t.test('operators that the network parts from the API server', { skip }, async (t) => {
  const server = await startOperatorCluster(t);
  await server.apply(tutorialObjects());
  await server.kubectl(['apply', '-f', TUTORIAL_POLICIES]);
  const gate = await startTcpGate(Number(new URL(server.url).port));
  t.teardown(gate.close);
  const parted = gatedKubeconfig(t, server, gate);
  const teardown = t.teardown.bind(t);
  const extAuthz = await startExtAuthz({
    ...{ kubeconfig: parted, teardown },
    flags: ['--report-namespace', 'omnia-system'],
  });
  await extAuthz.untilReady();
  const first = await startOperator({ server, kubeconfig: parted, teardown });
  await first.untilReady();
  await untilCondition(server, POLICY, ENFORCED);
  const isThere = async (): Promise<boolean> =>
    (await namesOf(server, 'authorizationpolicies')).includes(`production/${AUTHORIZATION}`);
  const remove = ['delete', 'authorizationpolicy', '-n', 'production', AUTHORIZATION];

  t.test('alone, it mends what was broken meanwhile; nothing else has changed', async (t) => {
    await until(isThere, { what: 'it is made' });
    const before = await listObjects(server, 'toolpolicies');
    gate.cut();
    await first.untilLogged('leadership lost');
    t.match(await server.kubectl(remove), { code: 0 });
    gate.open();
    await until(isThere, { what: 'it is put back', timeoutMs: 60_000 });
    await untilCondition(server, POLICY, ENFORCED);
    t.strictSame(await listObjects(server, 'toolpolicies'), before, 'no replica was taken for dead');
  });

  t.test('beside another one, it leaves the lead to that', async (t) => {
    const second = await startOperator({ server, teardown });
    await second.untilReady();
    gate.silence();
    await second.untilLogged('leading');
    t.match(await server.kubectl(remove), { code: 0 });
    await until(isThere, { what: 'the other one puts it back' });
    gate.open();
    await first.untilLogged('leadership lost', 2);
    await second.stop();
    await first.untilLogged('leading', 3);
    t.match(await server.kubectl(remove), { code: 0 });
    await until(isThere, { what: 'the first one puts it back', timeoutMs: 60_000 });
  });

  t.test('no line of its log comes again and again', async (t) => {
    const lines = first.log().filter(({ level }) => level !== 'debug');
    t.ok(lines.length < 200, `${lines.length} lines`);
    t.match(await first.stop(), /exit code 0/);
  });
});
