import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import { installCrds, istioCrds } from './crds.js';
import {
  EMITTED,
  listObjects,
  namesOf,
  OPERATOR_TOOLS,
  startOperatorCluster,
  tutorialObjects,
  untilCondition,
} from './operator-cluster.js';
import { startOperator } from './operator-process.js';

const skip = missingTools(...OPERATOR_TOOLS);

function agentPolicy(name: string, more: object = {}): object {
  const rules = [{ registry: 'customer-tools', tools: ['lookup_order'] }];
  return {
    ...{ apiVersion: 'omnia.altairalabs.ai/v1alpha1', kind: 'AgentPolicy' },
    metadata: { name, namespace: 'production' },
    spec: { toolAccess: { mode: 'allowlist', rules }, ...more },
  };
}

const APPLIED = { type: 'Ready', status: 'True', reason: 'PolicyApplied' };

t.test('without Istio', { skip }, async (t) => {
  const server = await startOperatorCluster(t, { istio: false });
  await server.apply([
    ...tutorialObjects(),
    agentPolicy('strict'),
    agentPolicy('lenient', { onFailure: 'allow' }),
  ]);
  const operator = await startOperator({ server, teardown: t.teardown.bind(t) });
  await operator.untilReady();
  const missing = { type: 'Ready', status: 'False', reason: 'IstioNotInstalled' };
  for (const name of ['strict', 'lenient']) {
    await untilCondition(server, ['agentpolicies', 'production', name], missing);
  }
  const phases = (await listObjects(server, 'agentpolicies')).map(({ metadata, status }) => [
    metadata.name,
    status?.phase,
  ]);
  t.strictSame(phases.sort(), [
    ['lenient', 'Active'],
    ['strict', 'Error'],
  ]);

  await installCrds(server, istioCrds());
  for (const name of ['strict', 'lenient']) {
    await untilCondition(server, ['agentpolicies', 'production', name], APPLIED);
  }
  t.strictSame(await namesOf(server, 'authorizationpolicies'), [
    'production/omnia-lenient-customer-tools',
    'production/omnia-strict-customer-tools',
  ]);
});

t.test('with Istio', { skip }, async (t) => {
  const server = await startOperatorCluster(t);
  await server.apply(tutorialObjects());

  t.test(
    'an object of somebody else keeps its content, and the status says so until it is gone',
    async (t) => {
      const foreign = {
        ...{ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy' },
        metadata: { name: 'omnia-strict-customer-tools', namespace: 'production' },
        spec: { action: 'ALLOW', rules: [{}] },
      };
      await server.apply([foreign, agentPolicy('strict')]);
      const operator = await startOperator({ server, teardown: t.teardown.bind(t) });
      const policy = ['agentpolicies', 'production', 'strict'] as const;
      const clash = { type: 'Ready', status: 'False', reason: 'NameClash' };
      const { message } = await untilCondition(server, policy, clash);
      t.match(message, /AuthorizationPolicy production\/omnia-strict-customer-tools/);
      const [stored] = await listObjects(server, 'authorizationpolicies');
      t.match(stored?.spec, foreign.spec);
      t.equal(stored?.metadata.labels, undefined);
      const remove = ['delete', 'authorizationpolicy', '-n', 'production', 'omnia-strict-customer-tools'];
      t.match(await server.kubectl(remove), { code: 0 });
      await untilCondition(server, policy, APPLIED);
      await operator.stop();
    },
  );

  t.test('killed in the middle of its work, it is mended by the next one', async (t) => {
    const names = Array.from({ length: 40 }, (_, index) => `policy-${index}`);
    const wanted = names.map((name) => `production/omnia-${name}-customer-tools`).sort();
    const first = await startOperator({ server, teardown: t.teardown.bind(t) });
    await first.untilReady();
    await server.apply(names.map((name) => agentPolicy(name)));
    await first.untilLogged('applied');
    await first.kill();
    const ours = async (): Promise<string[]> =>
      (await namesOf(server, 'authorizationpolicies')).filter((name) => name.includes('/omnia-policy-'));
    t.ok((await ours()).length > 0, 'it had begun');
    const second = await startOperator({ server, teardown: t.teardown.bind(t) });
    await until(async () => (await ours()).length === names.length, {
      what: 'all are there',
      timeoutMs: 60_000,
    });
    t.strictSame(await ours(), wanted);
    // While nobody looks: one object is deleted by hand, and half of the policies go.
    await second.kill();
    await server.kubectl([
      'delete',
      'authorizationpolicy',
      '-n',
      'production',
      'omnia-policy-39-customer-tools',
    ]);
    const gone = names.slice(0, 20);
    await server.kubectl(['delete', 'agentpolicy', '-n', 'production', ...gone]);
    const third = await startOperator({ server, teardown: t.teardown.bind(t) });
    const left = names.slice(20).map((name) => `production/omnia-${name}-customer-tools`);
    await until(async () => (await ours()).join() === left.sort().join(), {
      what: 'it is mended',
      timeoutMs: 60_000,
    });
    await third.stop();
  });

  t.test(
    'a restarted API server without history changes nothing, and changes are taken afterwards',
    async (t) => {
      const operator = await startOperator({ server, teardown: t.teardown.bind(t) });
      await operator.untilReady();
      const before = await namesOf(server, ...EMITTED);
      await server.compact();
      await server.restart();
      await server.apply([agentPolicy('later')]);
      await untilCondition(server, ['agentpolicies', 'production', 'later'], APPLIED);
      t.strictSame(
        await namesOf(server, ...EMITTED),
        [...before, 'production/omnia-later-customer-tools'].sort(),
      );
      t.match(await operator.stop(), /exit code 0/);
    },
  );
});
