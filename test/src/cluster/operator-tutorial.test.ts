import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import {
  EMITTED,
  listObjects,
  namesOf,
  OPERATOR_TOOLS,
  startOperatorCluster,
  TUTORIAL_POLICIES,
  tutorialObjects,
  untilCondition,
} from './operator-cluster.js';
import { startOperator } from './operator-process.js';

const skip = missingTools(...OPERATOR_TOOLS);
const POLICY = ['agentpolicies', 'production', 'support-agent-policy'] as const;
const READY = { type: 'Ready', status: 'True', reason: 'PolicyApplied' };
const OBJECTS = [
  'production/omnia-agents',
  'production/omnia-support-agent-policy-customer-tools',
  'production/omnia-tools-customer-tools',
];

t.test('the tutorial on a cluster', { skip }, async (t) => {
  const server = await startOperatorCluster(t);
  await server.apply(tutorialObjects());
  const operator = await startOperator({ server, teardown: t.teardown.bind(t) });
  await operator.untilReady();

  t.test('policies become Istio objects and active', async (t) => {
    t.match(await server.kubectl(['apply', '-f', TUTORIAL_POLICIES]), { code: 0 });
    const { message } = await untilCondition(server, POLICY, READY);
    t.equal(message, 'Istio AuthorizationPolicy created');
    const toolPolicy = ['toolpolicies', 'production', 'refund-guardrails'] as const;
    await untilCondition(server, toolPolicy, { type: 'Ready', status: 'True', reason: 'PolicyValidated' });
    t.strictSame(await namesOf(server, ...EMITTED), OBJECTS);
    const [agentPolicy] = await listObjects(server, 'agentpolicies');
    t.match(agentPolicy?.status, { phase: 'Active', matchedAgents: 1, observedGeneration: 1 });
    const listing = await server.kubectl(['get', 'toolpolicies', '-n', 'production', '--no-headers']);
    t.match(listing.stdout, /^refund-guardrails +customer-tools +audit +Active +2 /);
    const [authorization] = await listObjects(server, 'authorizationpolicies');
    t.match(authorization, {
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'omnia-policy-operator' },
        annotations: { 'omnia.altairalabs.ai/owner': 'AgentPolicy/production/support-agent-policy' },
      },
      spec: {
        action: 'DENY',
        selector: { matchLabels: { app: 'customer-tools' } },
        rules: [
          { from: [{ source: { principals: ['cluster.local/ns/production/sa/support-agent-facade'] } }] },
        ],
      },
    });
  });

  t.test('what nobody changed is not written again', async (t) => {
    const before = await versions();
    await server.apply([
      ...tutorialObjects().slice(0, 1),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'unrelated', namespace: 'production' } },
    ]);
    await server.apply([
      {
        apiVersion: 'omnia.altairalabs.ai/v1alpha1',
        kind: 'AgentRuntime',
        metadata: { name: 'other', namespace: 'production' },
        spec: {},
      },
    ]);
    const other = ['agentruntimes', 'production', 'other'] as const;
    await untilCondition(server, other, {
      type: 'PrivacyPolicyResolved',
      status: 'True',
      reason: 'WorkspaceDefault',
    });
    const after = await versions();
    t.equal(
      after['production/omnia-support-agent-policy-customer-tools'],
      before['production/omnia-support-agent-policy-customer-tools'],
    );
  });

  t.test('an edit by hand and a deletion are undone at once', async (t) => {
    const name = 'omnia-support-agent-policy-customer-tools';
    const inProduction = ['-n', 'production', 'authorizationpolicy', name];
    const isRestored = async (): Promise<boolean> => {
      const [object] = await listObjects(server, 'authorizationpolicies');
      return (
        JSON.stringify(object?.spec).includes('"action":"DENY"') &&
        !JSON.stringify(object).includes('someone') &&
        object?.metadata.annotations?.['istio.io/dry-run'] === 'false'
      );
    };
    t.ok(await isRestored());
    const edits = [
      ['patch', ...inProduction, '--type=merge', '-p', '{"spec":{"action":"ALLOW"}}'],
      [
        'patch',
        ...inProduction,
        '--type=merge',
        '-p',
        '{"spec":{"selector":{"matchLabels":{"someone":"else"}}}}',
      ],
      ['annotate', ...inProduction, '--overwrite', 'istio.io/dry-run=true'],
      ['label', ...inProduction, '--overwrite', 'app.kubernetes.io/managed-by=someone'],
      ['delete', ...inProduction],
    ];
    for (const edit of edits) {
      const before = await versions();
      t.match(await server.kubectl(edit), { code: 0 }, edit.join(' '));
      await until(
        async () =>
          (await isRestored()) && (await versions())[`production/${name}`] !== before[`production/${name}`],
        { what: `restored after ${edit.join(' ')}` },
      );
      t.ok(await isRestored(), edit.join(' '));
    }
  });

  t.test('what a policy no longer asks for goes, and all of it with the policy', async (t) => {
    t.match(await server.kubectl(['delete', 'agentpolicy', '-n', 'production', 'support-agent-policy']), {
      code: 0,
    });
    await until(async () => (await namesOf(server, 'authorizationpolicies')).length === 0, {
      what: 'it is pruned',
    });
    t.match(await server.kubectl(['delete', 'toolregistry', '-n', 'production', 'customer-tools']), {
      code: 0,
    });
    await until(
      async () => !(await namesOf(server, 'envoyfilters')).includes('production/omnia-tools-customer-tools'),
      {
        what: 'the workload is let go',
      },
    );
  });

  async function versions(): Promise<Record<string, string>> {
    const lists = await Promise.all(EMITTED.map((kind) => listObjects(server, kind)));
    return Object.fromEntries(
      lists
        .flat()
        .map(({ metadata }) => [`${metadata.namespace ?? ''}/${metadata.name}`, metadata.resourceVersion]),
    );
  }
});
