import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import { startExtAuthz } from './ext-authz-process.js';
import { OPERATOR_TOOLS, startOperatorCluster, tutorialObjects, untilCondition } from './operator-cluster.js';
import { startOperator } from './operator-process.js';

const skip = missingTools(...OPERATOR_TOOLS);
const OMNIA = 'omnia.altairalabs.ai/v1alpha1';

/** More levels than the stack of a program that compares them one inside of the other; the API server takes up to 10,000. */
const LEVELS = 9_000;

/** As text: it is too deep for what writes JSON. */
function deep(kind: string, leaf: number): string {
  const value = '{"a":'.repeat(LEVELS) + String(leaf) + '}'.repeat(LEVELS);
  const metadata = { name: 'deep', ...(kind !== 'Workspace' && { namespace: 'production' }) };
  const object = { apiVersion: OMNIA, kind, metadata, spec: { handlers: [], unknown: null } };
  return JSON.stringify(object).replace('"unknown":null', `"unknown":${value}`);
}

const policy = {
  ...{ apiVersion: OMNIA, kind: 'ToolPolicy', metadata: { name: 'refunds', namespace: 'production' } },
  spec: {
    selector: { registry: 'customer-tools' },
    rules: [{ name: 'never', deny: { cel: 'true', message: 'no' } }],
  },
};

t.test('objects that are nested deeper than any program needs stop nobody', { skip }, async (t) => {
  const server = await startOperatorCluster(t, { istio: false });
  await server.apply(tutorialObjects());
  const started = { teardown: t.teardown.bind(t), kubeconfig: server.kubeconfig };
  const operator = await startOperator({ server, ...started });
  const extAuthz = await startExtAuthz({ ...started, flags: ['--report-namespace', 'omnia-system'] });
  await Promise.all([operator.untilReady(), extAuthz.untilReady()]);
  for (const kind of ['ToolRegistry', 'AgentRuntime', 'Workspace']) {
    t.match(await server.kubectl(['create', '-f', '-'], deep(kind, 1)), { code: 0 }, `a ${kind} is made`);
    // The operator may write its status at the same moment.
    await until(async () => (await server.kubectl(['replace', '-f', '-'], deep(kind, 2))).code === 0, {
      what: `the ${kind} is edited`,
    });
  }
  await server.apply([policy]);
  await untilCondition(server, ['toolpolicies', 'production', 'refunds'], {
    ...{ type: 'Enforced', status: 'True', reason: 'AllReplicas' },
  });
  t.match(await operator.stop(), /exit code 0/);
});
