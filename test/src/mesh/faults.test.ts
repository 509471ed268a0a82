import t from 'tap';
import { until } from '../until.js';
import { untilEnforced } from '../until-enforced.js';
import { startGovernedMesh } from './governed-mesh.js';
import { startGovernedAgent, startGovernedTool } from './governed-workloads.js';
import { meshIsMissing } from './mesh.js';
import type { Sidecar } from './sidecar.js';

const REFUSED = '{"error":"policy_denied","rule":"limit","message":"too much"}';

t.test('what calls meet while a part of the cluster is away', { skip: meshIsMissing }, async (t) => {
  const mesh = await startGovernedMesh(t);
  const { apiServer, extAuthz, operator } = mesh;
  const started = { mesh, namespace: 'production', teardown: t.teardown.bind(t) };
  await apiServer.createNamespace('production');
  const tool = await startGovernedTool({ ...started, name: 'bank', tools: ['pay', 'look'] });
  const agent = await startGovernedAgent({ ...started, name: 'teller', tool });
  const pay = (amount: number) => agent.ask({ tool: 'pay', body: { amount } });
  await apiServer.apply([limit(100), onlyPay]);
  await untilEnforced(
    () => pay(101),
    ({ text }) => text === REFUSED,
  );
  await untilEnforced(
    () => agent.ask({ tool: 'look' }),
    ({ text }) => text === 'RBAC: access denied',
  );

  t.test(
    'the operator: everything is enforced on, and what was edited meanwhile when it is back',
    async (t) => {
      await operator.kill();
      await apiServer.kubectl(['delete', 'authorizationpolicies', '--all', '-n', 'production']);
      t.equal((await pay(101)).text, REFUSED);
      t.equal((await pay(99)).status, 200);
      // ext-authz needs no operator to know a policy.
      await apiServer.apply([limit(50)]);
      await untilEnforced(
        () => pay(51),
        ({ text }) => text === REFUSED,
      );
      const look = await untilEnforced(
        () => agent.ask({ tool: 'look' }),
        ({ text }) => text !== 'RBAC: access denied',
      );
      t.match(look.text, 'tool-access');
      await operator.start();
      // It must wait until the Lease of the killed one has run out.
      await until(async () => (await agent.ask({ tool: 'look' })).text === 'RBAC: access denied', {
        what: 'the mesh refuses again',
        details: () => operator.log.slice(-10).join('\n'),
      });
    },
  );

  t.test('the API server: decisions go on, and edits are taken when it is back', async (t) => {
    await apiServer.restart(async () => {
      t.equal((await pay(51)).text, REFUSED);
      t.equal((await pay(50)).status, 200);
      t.equal((await agent.ask({ tool: 'look' })).text, 'RBAC: access denied');
    });
    await apiServer.apply([limit(70)]);
    const allowed = await untilEnforced(
      () => pay(60),
      ({ status }) => status === 200,
    );
    t.equal(allowed.status, 200);
    t.equal((await pay(71)).text, REFUSED);
  });

  t.test('forgotten history: policies are read again, none is lost meanwhile', async (t) => {
    await apiServer.restart(async () => {
      t.equal((await pay(71)).text, REFUSED);
      await apiServer.compact();
    });
    await apiServer.apply([limit(80)]);
    await untilEnforced(
      () => pay(75),
      ({ status }) => status === 200,
    );
    t.equal((await pay(81)).text, REFUSED);
  });

  t.test('ext-authz: calls are refused, also where the mesh alone would let them pass', async (t) => {
    await extAuthz.kill();
    t.equal((await pay(1)).status, 503);
    t.equal((await agent.ask({ tool: 'look' })).text, 'RBAC: access denied');
    await extAuthz.start();
    const back = await untilEnforced(
      () => pay(1),
      ({ status }) => status === 200,
    );
    t.equal(back.status, 200);
    t.equal((await pay(81)).text, REFUSED);
  });

  t.test('ext-authz, where every policy says that calls pass then', async (t) => {
    await apiServer.apply([
      limit(80, 'allow'),
      { ...onlyPay, spec: { ...onlyPay.spec, onFailure: 'allow' } },
    ]);
    await untilFailOpen(tool.sidecar);
    await extAuthz.kill();
    // A connection that is open when listeners change serves one more call by the former ones.
    const passed = await untilEnforced(
      () => pay(81),
      ({ status }) => status === 200,
    );
    t.equal(passed.status, 200);
    t.equal((await agent.ask({ tool: 'look' })).text, 'RBAC: access denied');
    await extAuthz.start();
    await untilEnforced(
      () => pay(81),
      ({ text }) => text === REFUSED,
    );
  });

  t.test('objects that somebody edits or deletes are put right again', async (t) => {
    const patch = '{"spec":{"action":"ALLOW","rules":[{}]}}';
    const name = 'authorizationpolicy/omnia-only-pay-bank';
    await apiServer.kubectl(['patch', name, '-n', 'production', '--type=merge', '-p', patch]);
    await apiServer.kubectl(['delete', 'envoyfilters', '--all', '-n', 'production']);
    await until(
      async () => {
        const { stdout } = await apiServer.kubectl(['get', name, '-n', 'production', '-o', 'json']);
        const { spec } = JSON.parse(stdout) as { spec: { action: string; rules: unknown[] } };
        return spec.action === 'DENY' && spec.rules.length > 1;
      },
      { what: 'the AuthorizationPolicy is as it was' },
    );
    await untilEnforced(
      () => pay(81),
      ({ text }) => text === REFUSED,
    );
    t.equal((await agent.ask({ tool: 'look' })).text, 'RBAC: access denied');
  });
});

const OMNIA = 'omnia.altairalabs.ai/v1alpha1';

function limit(amount: number, onFailure = 'deny'): object {
  return {
    ...{ apiVersion: OMNIA, kind: 'ToolPolicy', metadata: { namespace: 'production', name: 'limit' } },
    spec: {
      selector: { registry: 'bank', tools: ['pay'] },
      rules: [
        {
          name: 'limit',
          deny: { cel: `has(body.amount) && double(body.amount) > ${amount}.0`, message: 'too much' },
        },
      ],
      onFailure,
    },
  };
}

const onlyPay = {
  ...{ apiVersion: OMNIA, kind: 'AgentPolicy', metadata: { namespace: 'production', name: 'only-pay' } },
  spec: { toolAccess: { mode: 'allowlist', rules: [{ registry: 'bank', tools: ['pay'] }] } },
};

async function untilFailOpen(sidecar: Sidecar): Promise<void> {
  await until(
    async () =>
      JSON.stringify(await sidecar.configDump('dynamic_listeners')).includes('"failure_mode_allow":true'),
    { what: 'the proxy lets calls pass without ext-authz' },
  );
}
