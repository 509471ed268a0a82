import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import {
  listObjects,
  OPERATOR_TOOLS,
  startOperatorCluster,
  tutorialObjects,
  untilCondition,
} from './operator-cluster.js';
import { startOperator, type OperatorProcess } from './operator-process.js';

const skip = missingTools(...OPERATOR_TOOLS);

/** Requests since the start, by verb and kind; the Lease is renewed and the certificate looked at all the time. */
async function requests(operator: OperatorProcess): Promise<Map<string, number>> {
  const series = (await operator.metrics()).matchAll(
    /^omnia_kube_requests_total\{verb="(\w+)",kind="(\w+)"\} (\d+)$/gm,
  );
  return new Map(
    [...series]
      .filter(
        ([, verb, kind]) =>
          verb !== 'watch' && !['Lease', 'Secret', 'ValidatingWebhookConfiguration'].includes(kind ?? ''),
      )
      .map(([, verb, kind, count]) => [`${verb ?? ''} ${kind ?? ''}`, Number(count)]),
  );
}

function toolPolicy(cel: string): object {
  return {
    ...{ apiVersion: 'omnia.altairalabs.ai/v1alpha1', kind: 'ToolPolicy' },
    metadata: { name: 'refunds', namespace: 'production' },
    spec: { selector: { registry: 'customer-tools' }, rules: [{ name: 'a', deny: { cel, message: 'no' } }] },
  };
}

t.test('one change costs one write for each object that differs, and no list', { skip }, async (t) => {
  const server = await startOperatorCluster(t);
  const operator = await startOperator({ server, teardown: t.teardown.bind(t) });
  await server.apply([...tutorialObjects(), toolPolicy('false')]);
  await operator.untilReady();
  const policy = ['toolpolicies', 'production', 'refunds'] as const;
  await untilCondition(server, policy, { type: 'Ready', status: 'True', reason: 'PolicyValidated' });
  await until(async () => (await listObjects(server, 'envoyfilters')).length === 2, { what: 'filters' });

  const cacheLists = (await operator.metrics()).matchAll(
    /^omnia_kube_cache_lists_total\{kind="(\w+)"\} (\d+)$/gm,
  );
  const listed = new Map([...cacheLists].map(([, kind, count]) => [kind, count]));
  for (const kind of ['ToolPolicy', 'AgentPolicy', 'ToolRegistry', 'AgentRuntime']) {
    t.equal(listed.get(kind), '1', `${kind} is read once, for plans and for the policy set`);
  }

  /** What is asked of the API server until the status tells of this generation. */
  const costOf = async (cel: string, generation: number): Promise<Record<string, number>> => {
    const before = await requests(operator);
    await server.apply([toolPolicy(cel)]);
    await until(
      async () =>
        (await listObjects(server, 'toolpolicies')).some(
          ({ status }) => (status as { observedGeneration?: number }).observedGeneration === generation,
        ),
      { what: `generation ${generation} is observed` },
    );
    const after = await requests(operator);
    return Object.fromEntries(
      [...after]
        .map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
        .filter(([, more]) => more > 0),
    );
  };
  t.strictSame(await costOf('tool.name == "x"', 2), { 'apply ToolPolicy': 1 });
  const reading = await costOf('body.amount > 5.0', 3);
  t.equal(reading['apply ToolPolicy'], 1);
  await until(
    async () => JSON.stringify(await listObjects(server, 'envoyfilters')).includes('max_request_bytes'),
    {
      what: 'bodies are buffered',
    },
  );
  const total = await requests(operator);
  const lists = [...total].filter(([key]) => key.startsWith('list '));
  const settled = await costOf('body.amount > 6.0', 4);
  t.strictSame(settled, { 'apply ToolPolicy': 1 });
  t.strictSame(
    [...(await requests(operator))].filter(([key]) => key.startsWith('list ')),
    lists,
    'nothing was listed again',
  );
});
