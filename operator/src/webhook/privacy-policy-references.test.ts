import { WORKSPACES } from '@omnia-policy/kube';
import t from 'tap';
import { agentRuntime, clusterObject } from '../testing/cluster-objects.js';
import { createMemoryCaches } from '../testing/memory-caches.js';
import { privacyPolicyReferences } from './privacy-policy-references.js';

t.test('agents of the namespace and Workspaces that own it are named', (t) => {
  const caches = createMemoryCaches();
  const spec = { privacyPolicyRef: { name: 'strict' } };
  caches.agents.show(agentRuntime('support', { spec }));
  caches.agents.show(agentRuntime('billing', { spec: { privacyPolicyRef: { name: 'other' } } }));
  caches.agents.show(agentRuntime('support', { spec, namespace: 'staging' }));
  const services = [{ name: 'default', privacyPolicyRef: { name: 'strict' } }, { name: 'none' }];
  caches.workspaces.show(
    clusterObject(WORKSPACES, 'sales', { spec: { namespace: { name: 'production' }, services } }),
  );
  caches.workspaces.show(
    clusterObject(WORKSPACES, 'test', { spec: { namespace: { name: 'staging' }, services } }),
  );
  const references = privacyPolicyReferences(caches);
  t.strictSame(references('production', 'strict'), [
    'AgentRuntime production/support',
    'Workspace sales (service group default)',
  ]);
  t.strictSame(references('production', 'unused'), []);
  t.end();
});
