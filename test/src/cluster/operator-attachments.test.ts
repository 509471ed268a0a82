import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import {
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

const AGENT_POLICY = ['agentpolicies', 'production', 'support-agent-policy'] as const;

t.test('policies say that filters of tools could not be stored, until they are', { skip }, async (t) => {
  const server = await startOperatorCluster(t);
  await server.apply(tutorialObjects());
  const name = 'omnia-tools-customer-tools';
  const foreign = {
    ...{ apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter' },
    metadata: { name, namespace: 'production' },
    spec: { configPatches: [] },
  };
  await server.apply([foreign]);
  t.match(await server.kubectl(['apply', '-f', TUTORIAL_POLICIES]), { code: 0 });
  const operator = await startOperator({ server, teardown: t.teardown.bind(t) });
  const list = await server.kubectl(['get', 'toolpolicies', '-n', 'production', '-o', 'name']);
  const toolPolicies = list.stdout.trim().split('\n');
  const policies = [
    AGENT_POLICY,
    ...toolPolicies.map((line) => ['toolpolicies', 'production', line.split('/')[1] ?? ''] as const),
  ];
  t.ok(policies.length > 1, 'there is a ToolPolicy');
  const clash = { type: 'Effective', status: 'False', reason: 'AttachmentClash' };
  for (const policy of policies) {
    const { message } = await untilCondition(server, policy, clash);
    t.match(message, /EnvoyFilter production\/omnia-tools-customer-tools is there/);
  }
  t.match(await server.kubectl(['delete', 'envoyfilter', '-n', 'production', name]), { code: 0 });
  for (const policy of policies) {
    await untilCondition(server, policy, { type: 'Effective', status: 'True', reason: 'Guarded' });
  }
  t.match(await operator.stop(), /exit code 0/);
});

t.test('WasmPlugins go when the module comes from no image any more', { skip }, async (t) => {
  const server = await startOperatorCluster(t);
  await server.apply(tutorialObjects());
  t.match(await server.kubectl(['apply', '-f', TUTORIAL_POLICIES]), { code: 0 });
  const start = (...flags: string[]): ReturnType<typeof startOperator> =>
    startOperator({ server, flags, teardown: t.teardown.bind(t) });
  const plugins = (): Promise<string[]> => namesOf(server, 'wasmplugins');
  const image = ['--wasm-image=oci://registry.example.com/filter:1', `--wasm-image-sha256=${'a'.repeat(64)}`];
  const first = await start(...image);
  await until(async () => (await plugins()).length === 2, { what: 'WasmPlugins for tools and agents' });
  await first.stop();
  const second = await start();
  await until(async () => (await plugins()).length === 0, { what: 'the WasmPlugins are gone' });
  t.strictSame(await namesOf(server, 'envoyfilters'), [
    'production/omnia-agents',
    'production/omnia-tools-customer-tools',
  ]);
  t.match(await second.stop(), /exit code 0/);
});

t.test('a label by which Istio would ignore an object is taken off, a note is left', { skip }, async (t) => {
  const server = await startOperatorCluster(t);
  await server.apply(tutorialObjects());
  t.match(await server.kubectl(['apply', '-f', TUTORIAL_POLICIES]), { code: 0 });
  const operator = await startOperator({ server, teardown: t.teardown.bind(t) });
  await untilCondition(server, AGENT_POLICY, { type: 'Effective', status: 'True', reason: 'Guarded' });
  for (const kind of ['envoyfilter', 'authorizationpolicy']) {
    const labelled = async (): Promise<Readonly<Record<string, string>>[]> =>
      (await listObjects(server, kind)).map(({ metadata }) => metadata.labels ?? {});
    t.ok((await labelled()).length > 0);
    const label = ['label', kind, '-n', 'production', '--all', 'istio.io/rev=another', 'team=tools'];
    t.match(await server.kubectl(label), { code: 0 });
    await until(async () => (await labelled()).every((labels) => labels['istio.io/rev'] === undefined), {
      what: `no ${kind} is of another revision`,
    });
    t.ok((await labelled()).every(({ team }) => team === 'tools'));
  }
  t.match(await operator.stop(), /exit code 0/);
});
