import { refOf, type KubeObject } from '@omnia-policy/kube';
import { compilePolicySet } from '@omnia-policy/policy';
import t from 'tap';
import {
  agentPolicy,
  agentRuntime,
  clusterObject,
  sidecarPod,
  toolPolicy,
  toolRegistry,
  toolService,
} from '../../testing/cluster-objects.js';
import { createMemoryCaches } from '../../testing/memory-caches.js';
import { createClusterView } from '../cluster-view.js';
import { AUTHORIZATION_POLICIES, LEASES } from '@omnia-policy/kube';

const support = agentRuntime('support-agent');
const supportPolicy = agentPolicy('support-tools', ['support-agent']);
const billingPolicy = agentPolicy('billing-tools', ['billing-agent'], 'billing');
const refunds = toolPolicy('refunds', 'customer-tools');
const ledger = toolPolicy('ledger', 'billing');
const policies = [supportPolicy, billingPolicy, refunds, ledger];

/** Two registries on two workloads, two policies on each; everything was planned before. */
async function startCluster() {
  const caches = createMemoryCaches();
  const view = createClusterView(caches);
  const compile = (objects: readonly KubeObject[]): void => {
    const documents = objects.map((value) => ({ origin: `${value.kind}/${value.metadata.name}`, value }));
    const previous = view.world()?.policySet;
    view.setPolicySet(compilePolicySet(documents, { revision: 'r', ...(previous && { previous }) }));
  };
  caches.agents.show(support);
  caches.toolRegistries.show(toolRegistry('customer-tools', 'tools'));
  caches.toolRegistries.show(toolRegistry('billing', 'ledger'));
  caches.services.show(toolService('tools', 'tools'));
  caches.services.show(toolService('ledger', 'ledger'));
  for (const policy of [supportPolicy, billingPolicy]) caches.agentPolicies.show(policy);
  for (const policy of [refunds, ledger]) caches.toolPolicies.show(policy);
  compile(policies);
  /** What a change touches, sorted. */
  const touchedBy = async (change: () => void): Promise<string[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    const keys = new Set<string>();
    const stop = view.onTouched((touched) => {
      for (const key of touched) keys.add(key);
    });
    change();
    await new Promise((resolve) => setImmediate(resolve));
    stop();
    return [...keys].sort();
  };
  await touchedBy(() => undefined);
  return { caches, view, compile, touchedBy };
}

t.test(
  'a changed ToolPolicy touches itself and, once compiled, the workload if it asks something else of it',
  async (t) => {
    const { caches, compile, touchedBy } = await startCluster();
    const changed = toolPolicy('refunds', 'customer-tools', { cel: 'tool.name == "refund"', generation: 2 });
    t.strictSame(
      await touchedBy(() => {
        caches.toolPolicies.show(changed);
      }),
      ['ToolPolicy/production/refunds'],
    );
    t.strictSame(
      await touchedBy(() => {
        compile([supportPolicy, billingPolicy, changed, ledger]);
      }),
      ['ToolPolicy/production/refunds'],
    );
    const reading = toolPolicy('refunds', 'customer-tools', { cel: 'body.amount > 5.0', generation: 3 });
    t.strictSame(
      await touchedBy(() => {
        compile([supportPolicy, billingPolicy, reading, ledger]);
      }),
      ['ToolPolicy/production/refunds', 'ToolWorkload/production/tools'],
    );
  },
);

t.test(
  'an AgentRuntime touches the policies that select it, its namespace, and the workloads that trust it',
  async (t) => {
    const { caches, touchedBy } = await startCluster();
    const added = agentRuntime('billing-agent');
    t.strictSame(
      await touchedBy(() => {
        caches.agents.show(added);
      }),
      [
        'Agent/production/billing-agent',
        'AgentNamespace/production/production',
        'AgentPolicy/production/billing-tools',
        'ToolWorkload/production/ledger',
        'ToolWorkload/production/tools',
      ],
    );
    t.strictSame(
      await touchedBy(() => {
        caches.agents.hide(refOf(added));
      }),
      [
        'Agent/production/billing-agent',
        'AgentNamespace/production/production',
        'AgentPolicy/production/billing-tools',
        'ToolWorkload/production/ledger',
        'ToolWorkload/production/tools',
      ],
    );
    const withStatus = { ...support, status: { phase: 'Running' } };
    t.strictSame(
      await touchedBy(() => {
        caches.agents.show(withStatus);
      }),
      ['Agent/production/support-agent'],
    );
  },
);

t.test('a Pod touches the workload whose Services select it, if something of it matters', async (t) => {
  const { caches, touchedBy } = await startCluster();
  const keys = [
    'AgentPolicy/production/billing-tools',
    'AgentPolicy/production/support-tools',
    'ToolPolicy/production/refunds',
    'ToolWorkload/production/tools',
  ];
  t.strictSame(
    await touchedBy(() => {
      caches.pods.show(sidecarPod('tools-1', { app: 'tools' }));
    }),
    keys,
  );
  t.strictSame(
    await touchedBy(() => {
      caches.pods.show(sidecarPod('tools-1', { app: 'tools' }));
    }),
    [],
  );
  t.strictSame(
    await touchedBy(() => {
      caches.pods.show(sidecarPod('tools-1', { app: 'other' }));
    }),
    keys,
  );
  t.strictSame(
    await touchedBy(() => {
      caches.pods.show(sidecarPod('web', { app: 'web' }));
    }),
    [],
  );
});

t.test('a Service that moves touches the workloads before and after', async (t) => {
  const { caches, touchedBy } = await startCluster();
  const touched = await touchedBy(() => {
    caches.services.show(toolService('ledger', 'tools'));
  });
  t.strictSame(touched, [
    'AgentPolicy/production/billing-tools',
    'AgentPolicy/production/support-tools',
    'ToolPolicy/production/ledger',
    'ToolPolicy/production/refunds',
    'ToolWorkload/production/ledger',
    'ToolWorkload/production/tools',
  ]);
  t.strictSame(
    await touchedBy(() => {
      caches.services.show(toolService('web', 'web'));
    }),
    [],
  );
});

t.test(
  'a ToolRegistry touches the policies of its namespace and the workload that it gains or loses',
  async (t) => {
    const { caches, touchedBy } = await startCluster();
    const touched = await touchedBy(() => {
      caches.toolRegistries.hide({ namespace: 'production', name: 'billing' });
    });
    t.strictSame(touched, [
      'AgentPolicy/production/billing-tools',
      'AgentPolicy/production/support-tools',
      'ToolPolicy/production/ledger',
      'ToolPolicy/production/refunds',
      'ToolWorkload/production/ledger',
    ]);
  },
);

t.test('an emitted object touches its owner, also the one that it had before', async (t) => {
  const { caches, touchedBy } = await startCluster();
  const emitted = (owner: string): KubeObject => {
    const object = clusterObject(AUTHORIZATION_POLICIES, 'a', {
      labels: { 'app.kubernetes.io/managed-by': 'omnia-policy-operator' },
    });
    const annotations = { 'omnia.altairalabs.ai/owner': owner };
    return { ...object, metadata: { ...object.metadata, annotations } };
  };
  const [cache] = caches.emitted;
  t.strictSame(await touchedBy(() => cache?.show(emitted('AgentPolicy/production/x'))), [
    'AgentPolicy/production/x',
  ]);
  t.strictSame(await touchedBy(() => cache?.show(emitted('AgentPolicy/production/y'))), [
    'AgentPolicy/production/x',
    'AgentPolicy/production/y',
  ]);
  t.strictSame(await touchedBy(() => cache?.show(emitted('no key of ours'))), ['AgentPolicy/production/y']);
});

t.test('a replica that renews its report without news touches nothing', async (t) => {
  const { caches, touchedBy } = await startCluster();
  const lease = (renewTime: string, resourceVersion: string): KubeObject => {
    const object = clusterObject(LEASES, 'replica', { spec: { renewTime, leaseDurationSeconds: 15 } });
    const enforced = JSON.stringify({ resourceVersion, lagging: {} });
    const annotations = { 'omnia.altairalabs.ai/enforced': enforced };
    return { ...object, metadata: { ...object.metadata, annotations } };
  };
  const first = await touchedBy(() => {
    caches.replicas.show(lease('2026-01-01T00:00:00Z', '5'));
  });
  t.ok(first.includes('ToolPolicy/production/refunds'));
  t.strictSame(
    await touchedBy(() => {
      caches.replicas.show(lease('2026-01-01T00:00:05Z', '5'));
    }),
    [],
  );
});

t.test('Istio that comes or goes touches everything', async (t) => {
  const { caches, view, touchedBy } = await startCluster();
  await touchedBy(() => {
    view.lookAround();
  });
  t.strictSame(
    await touchedBy(() => {
      view.lookAround();
    }),
    [],
  );
  for (const cache of caches.emitted) cache.health = { state: 'missing', silentMs: 0, steadyMs: 0 };
  const touched = await touchedBy(() => {
    view.lookAround();
  });
  t.ok(touched.includes('AgentPolicy/production/support-tools'));
  t.ok(touched.includes('ToolWorkload/production/tools'));
});

t.test('an AgentPolicy touches those that select the same agents', async (t) => {
  const { compile, touchedBy } = await startCluster();
  const other = agentPolicy('other-tools', ['support-agent']);
  t.strictSame(
    await touchedBy(() => {
      compile([...policies, other]);
    }),
    ['AgentPolicy/production/other-tools', 'AgentPolicy/production/support-tools'],
  );
  const everybody = agentPolicy('everybody', []);
  t.strictSame(
    await touchedBy(() => {
      compile([...policies, other, everybody]);
    }),
    [
      'AgentPolicy/production/billing-tools',
      'AgentPolicy/production/everybody',
      'AgentPolicy/production/other-tools',
      'AgentPolicy/production/support-tools',
    ],
  );
});

t.test(
  'a report of a replica touches the policies that are not yet enforced everywhere, or that it names',
  async (t) => {
    const { caches, touchedBy } = await startCluster();
    const enforced = { type: 'Enforced', status: 'True', observedGeneration: 1 };
    caches.toolPolicies.show({ ...refunds, status: { conditions: [enforced] } });
    const lease = (resourceVersion: string, lagging: Record<string, number>): KubeObject => {
      const object = clusterObject(LEASES, 'replica', { spec: { leaseDurationSeconds: 15 } });
      const annotations = { 'omnia.altairalabs.ai/enforced': JSON.stringify({ resourceVersion, lagging }) };
      return { ...object, metadata: { ...object.metadata, annotations } };
    };
    await touchedBy(() => {
      caches.replicas.show(lease('5', {}));
    });
    t.strictSame(
      await touchedBy(() => {
        caches.replicas.show(lease('6', {}));
      }),
      ['ToolPolicy/production/ledger'],
    );
    t.strictSame(
      await touchedBy(() => {
        caches.replicas.show(lease('7', { 'production/refunds': 0 }));
      }),
      ['ToolPolicy/production/ledger', 'ToolPolicy/production/refunds'],
    );
  },
);
