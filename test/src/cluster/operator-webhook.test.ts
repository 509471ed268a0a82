import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import type { ApiServer } from './api-server.js';
import { listObjects, OPERATOR_TOOLS, startOperatorCluster, untilCondition } from './operator-cluster.js';
import { startOperator, type OperatorProcess } from './operator-process.js';

const skip = missingTools(...OPERATOR_TOOLS);
const OMNIA = 'omnia.altairalabs.ai/v1alpha1';

function toolPolicy(name: string, cel: string): object {
  return {
    ...{ apiVersion: OMNIA, kind: 'ToolPolicy', metadata: { name, namespace: 'production' } },
    spec: {
      selector: { registry: 'customer-tools' },
      rules: [
        { name: 'good', deny: { cel: 'false', message: 'never' } },
        { name: 'bad', deny: { cel, message: 'always' } },
      ],
    },
  };
}

const BROKEN = 'body.amount > 5.0 &&\n  nothing';

t.test('the admission webhook', { skip }, async (t) => {
  const server = await startOperatorCluster(t, { istio: false });
  const operator = await startOperator({ server, teardown: t.teardown.bind(t) });
  await server.apply([webhookConfiguration(operator)]);
  await operator.untilReady();
  await untilRefused(server);

  t.test('tells path, line and column of a mistake within the error of kubectl', async (t) => {
    const refused = await create(server, toolPolicy('refunds', BROKEN));
    t.equal(refused.code, 1);
    t.match(refused.stderr, /The ToolPolicy "refunds" is invalid/);
    t.match(refused.stderr, /spec\.rules\[1\]\.deny\.cel: line 2, column 3: .*nothing/);
    t.match(await create(server, toolPolicy('refunds', 'true')), { code: 0 });
    const edited = await create(server, toolPolicy('refunds', BROKEN));
    t.match(edited, { code: 1, stderr: /line 2, column 3/ });
    const dryRun = await server.kubectl(
      ['apply', '--dry-run=server', '-f', '-'],
      JSON.stringify(toolPolicy('other', BROKEN)),
    );
    t.match(dryRun, { code: 1, stderr: /line 2, column 3/ });
  });

  t.test(
    'refuses what the API server can not see in an AgentPolicy and a SessionPrivacyPolicy',
    async (t) => {
      const claims = [
        { claim: 'team', header: 'X-Omnia-Claim-Team' },
        { claim: 'group', header: 'X-Omnia-Claim-TEAM' },
      ];
      const agentPolicy = {
        ...{ apiVersion: OMNIA, kind: 'AgentPolicy', metadata: { name: 'claims', namespace: 'production' } },
        spec: { claimMapping: { forwardClaims: claims } },
      };
      t.match(await create(server, agentPolicy), { code: 1, stderr: /forwardClaims/ });
      const encryption = {
        enabled: true,
        kmsProvider: 'vault',
        keyID: 'k',
        keyRotation: { enabled: true, schedule: 'x y' },
      };
      const privacy = {
        ...{
          apiVersion: OMNIA,
          kind: 'SessionPrivacyPolicy',
          metadata: { name: 'p', namespace: 'production' },
        },
        spec: { recording: { enabled: true }, encryption },
      };
      t.match(await create(server, privacy), { code: 1, stderr: /schedule/ });
    },
  );

  t.test('keeps a SessionPrivacyPolicy that someone uses, and says who', async (t) => {
    const metadata = { name: 'strict', namespace: 'production' };
    const recording = { enabled: true };
    await server.apply([
      { apiVersion: OMNIA, kind: 'SessionPrivacyPolicy', metadata, spec: { recording } },
      {
        ...{ apiVersion: OMNIA, kind: 'AgentRuntime' },
        metadata: { name: 'support-agent', namespace: 'production' },
        spec: { privacyPolicyRef: { name: 'strict' } },
      },
    ]);
    const agent = ['agentruntimes', 'production', 'support-agent'] as const;
    await untilCondition(server, agent, {
      type: 'PrivacyPolicyResolved',
      status: 'True',
      reason: 'PolicyResolved',
    });
    const remove = ['delete', 'sessionprivacypolicy', '-n', 'production', 'strict'];
    const refused = await server.kubectl(remove);
    t.equal(refused.code, 1);
    t.match(refused.stderr, /still referenced by AgentRuntime production\/support-agent/);
    t.match(await server.kubectl(['delete', 'agentruntime', '-n', 'production', 'support-agent']), {
      code: 0,
    });
    await until(async () => (await server.kubectl(remove)).code === 0, { what: 'it can be deleted' });
    t.strictSame(await listObjects(server, 'sessionprivacypolicies'), []);
  });

  t.test('goes on with another certificate when its Secret is lost', async (t) => {
    const before = await caBundle(server);
    t.match(await server.kubectl(['delete', 'secret', '-n', 'omnia-system', 'omnia-webhook-cert']), {
      code: 0,
    });
    await until(async () => (await caBundle(server)) !== before, {
      what: 'another authority',
      timeoutMs: 60_000,
    });
    await untilRefused(server);
    t.not(await caBundle(server), before);
  });

  t.test('while it is away, policies get in, and the status tells the same', async (t) => {
    t.match(await operator.stop(), /exit code 0/);
    t.match(await create(server, toolPolicy('unseen', BROKEN)), { code: 0 });
    const again = await startOperator({ server, teardown: t.teardown.bind(t) });
    await server.apply([webhookConfiguration(again)]);
    const unseen = ['toolpolicies', 'production', 'unseen'] as const;
    const { message } = await untilCondition(server, unseen, {
      ...{ type: 'Compiled', status: 'False', reason: 'CompileError' },
    });
    t.match(message, /spec\.rules\[1\]\.deny\.cel.*line 2, column 3/);
    await untilRefused(server);
    const label = ['label', 'toolpolicy', '-n', 'production', 'unseen', 'team=payments'];
    t.match(await server.kubectl(label), { code: 0 }, 'its metadata can be edited');
    t.match(await server.kubectl(['delete', 'toolpolicy', '-n', 'production', 'unseen']), { code: 0 });
  });
});

function create(server: ApiServer, object: object): ReturnType<ApiServer['kubectl']> {
  return server.kubectl(['apply', '-f', '-'], JSON.stringify(object));
}

/** As the chart has it, save that it is reached by URL. */
function webhookConfiguration(operator: OperatorProcess): object {
  const rule = { apiGroups: ['omnia.altairalabs.ai'], apiVersions: ['v1alpha1'], scope: 'Namespaced' };
  const resources = ['toolpolicies', 'agentpolicies', 'sessionprivacypolicies'];
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'omnia-operator' },
    webhooks: [
      {
        name: 'policies.omnia.altairalabs.ai',
        ...{
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          failurePolicy: 'Ignore',
          timeoutSeconds: 5,
        },
        clientConfig: { url: operator.webhookUrl },
        rules: [
          { ...rule, operations: ['CREATE', 'UPDATE'], resources },
          { ...rule, operations: ['DELETE'], resources: ['sessionprivacypolicies'] },
        ],
      },
    ],
  };
}

/** The API server takes some time to notice a configuration, and what it can't reach it ignores. */
async function untilRefused(server: ApiServer): Promise<void> {
  const probe = JSON.stringify(toolPolicy('probe', BROKEN));
  await until(
    async () => {
      const { code, stderr } = await server.kubectl(['apply', '--dry-run=server', '-f', '-'], probe);
      return code === 1 && stderr.includes('line 2, column 3');
    },
    { what: 'the webhook is asked', timeoutMs: 60_000 },
  );
}

async function caBundle(server: ApiServer): Promise<string> {
  const path = 'jsonpath={.webhooks[0].clientConfig.caBundle}';
  const name = ['validatingwebhookconfiguration', 'omnia-operator'];
  return (await server.kubectl(['get', ...name, '-o', path])).stdout;
}
