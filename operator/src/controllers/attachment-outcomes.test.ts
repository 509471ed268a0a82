import { ENVOY_FILTERS } from '@omnia-policy/kube';
import { compilePolicySet } from '@omnia-policy/policy';
import t from 'tap';
import { MANAGED_BY_LABEL, MANAGER, OWNER_ANNOTATION } from '../istio/names.js';
import type { ApplyOutcome } from '../model/apply-outcome.js';
import {
  agentPolicy,
  agentRuntime,
  clusterObject,
  toolPolicy,
  toolRegistry,
  toolService,
} from '../testing/cluster-objects.js';
import { createMemoryCaches } from '../testing/memory-caches.js';
import { createClusterView } from './cluster-view.js';
import { parseKey } from './key.js';

const CLASH: ApplyOutcome = { kind: 'name-clash', object: 'EnvoyFilter production/omnia-tools-tools' };
const WORKLOAD = 'ToolWorkload/production/tools';

const plainPolicy = agentPolicy('support-tools', ['support-agent']);
const claimPolicy = {
  ...agentPolicy('support-claims', ['support-agent']),
  spec: {
    selector: { agents: ['support-agent'] },
    claimMapping: { forwardClaims: [{ claim: 'team', header: 'X-Omnia-Claim-Team' }] },
  },
};
const refunds = toolPolicy('refunds', 'customer-tools');

async function start() {
  const caches = createMemoryCaches();
  const view = createClusterView(caches);
  const registry = toolRegistry('customer-tools', 'tools');
  caches.agents.show(agentRuntime('support-agent'));
  caches.toolRegistries.show(registry);
  caches.services.show(toolService('tools', 'tools'));
  for (const policy of [plainPolicy, claimPolicy]) caches.agentPolicies.show(policy);
  caches.toolPolicies.show(refunds);
  const documents = [plainPolicy, claimPolicy, refunds, registry];
  view.setPolicySet(
    compilePolicySet(
      documents.map((value) => ({ origin: value.metadata.name, value })),
      { revision: '1' },
    ),
  );
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  await turn();
  /** What is planned again when applying the objects of a key came to this. */
  const touchedBy = async (text: string, outcome: ApplyOutcome): Promise<string[]> => {
    const touched: string[] = [];
    const stop = view.onTouched((keys) => touched.push(...keys));
    const key = parseKey(text);
    if (key) view.noteOutcome(key, outcome);
    await turn();
    stop();
    return touched.sort();
  };
  const outcomeOf = (owner: string): string | undefined => view.world()?.attachments.outcomeOf(owner).kind;
  return { caches, view, touchedBy, outcomeOf };
}

t.test('a workload whose filters were applied, or not, touches its policies when that is news', async (t) => {
  const { touchedBy, outcomeOf } = await start();
  const policies = [
    'AgentPolicy/production/support-claims',
    'AgentPolicy/production/support-tools',
    'ToolPolicy/production/refunds',
  ];
  t.equal(outcomeOf(WORKLOAD), 'pending');
  t.strictSame(await touchedBy(WORKLOAD, { kind: 'applied' }), policies);
  t.strictSame(await touchedBy(WORKLOAD, { kind: 'applied' }), []);
  t.strictSame(await touchedBy(WORKLOAD, CLASH), policies);
  t.strictSame(await touchedBy(WORKLOAD, { ...CLASH }), []);
  t.equal(outcomeOf(WORKLOAD), 'name-clash');
});

t.test('what stands in front of agents touches the policies that are about claims', async (t) => {
  const { touchedBy } = await start();
  t.strictSame(await touchedBy('AgentNamespace/production/production', CLASH), [
    'AgentPolicy/production/support-claims',
    'ToolPolicy/production/refunds',
  ]);
  t.strictSame(await touchedBy('Agent/production/support-agent', CLASH), [
    'AgentPolicy/production/support-claims',
  ]);
});

t.test('what has a status of its own, or is gone, is not kept', async (t) => {
  const { touchedBy, outcomeOf, caches } = await start();
  t.strictSame(await touchedBy('AgentPolicy/production/support-tools', CLASH), []);
  await touchedBy(WORKLOAD, { kind: 'applied' });
  caches.services.hide({ namespace: 'production', name: 'tools' });
  await touchedBy(WORKLOAD, { kind: 'applied' });
  t.equal(outcomeOf(WORKLOAD), 'pending');
});

t.test('what a former leader has stored counts as applied until it is tried', async (t) => {
  const { caches, view, touchedBy, outcomeOf } = await start();
  await touchedBy(WORKLOAD, CLASH);
  const filter = clusterObject(ENVOY_FILTERS, 'omnia-tools-tools');
  caches.emitted
    .find(({ kind }) => kind === ENVOY_FILTERS)
    ?.show({
      ...filter,
      metadata: {
        ...filter.metadata,
        labels: { [MANAGED_BY_LABEL]: MANAGER },
        annotations: { [OWNER_ANNOTATION]: WORKLOAD },
      },
    });
  t.equal(outcomeOf(WORKLOAD), 'name-clash');
  view.forgetOutcomes();
  t.equal(outcomeOf(WORKLOAD), 'applied');
});
