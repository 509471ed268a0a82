import type { PolicySet } from '@omnia-policy/policy';
import { silentLogger } from '@omnia-policy/service';
import t from 'tap';
import { createKubeClient } from '../create-kube-client.js';
import { createObjectStore } from '../cache/object-store.js';
import { refOf, type KubeObject } from '../kube-object.js';
import type { CacheChange, ObjectCache } from '../object-cache.js';
import type { ResourceKind } from '../resource-kind.js';
import { until } from '../testing/until.js';
import { createKubePolicySource } from './kube-policy-source.js';
import { policyDocument, POLICY_KINDS, type PolicyBearing } from './policy-documents.js';

type Kept = PolicyBearing & { readonly status: unknown };

/** A cache that somebody else fills. */
function cacheOf(kind: ResourceKind) {
  const store = createObjectStore<Kept>();
  const listeners = new Set<(change: CacheChange<Kept>) => void>();
  const health = { state: 'synced', silentMs: 0, steadyMs: 0 } as const;
  const cache: ObjectCache<Kept> = {
    ...store,
    kind,
    size: 0,
    synced: Promise.resolve(),
    resourceVersion: '1',
    health,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const show = (object: KubeObject): void => {
    const change = store.set(refOf(object), { document: policyDocument(object), status: object.status });
    for (const listener of listeners) if (change) listener(change);
  };
  return { cache, show };
}

function toolPolicy(message: string, status = ''): KubeObject {
  const rules = [{ name: 'a', deny: { cel: 'true', message } }];
  return {
    ...{ apiVersion: 'omnia.altairalabs.ai/v1alpha1', kind: 'ToolPolicy', status },
    metadata: { name: 'a', namespace: 'n', generation: 1 },
    spec: { selector: { registry: 'tools' }, rules },
  };
}

t.test('policies come from caches that are there, and a new set when they say something else', async (t) => {
  const client = await createKubeClient({ kubeconfig: nowhere(t.testdir.bind(t)) });
  t.teardown(client.close);
  const kept = POLICY_KINDS.map(({ kind }) => cacheOf(kind));
  const [toolPolicies] = kept;
  const show = (object: KubeObject): void => toolPolicies?.show(object);
  show(toolPolicy('first'));
  const stopping = new AbortController();
  const sets: PolicySet[] = [];
  const source = createKubePolicySource({
    ...{ client, logger: silentLogger, caches: kept.map(({ cache }) => cache) },
  });
  await source.start((set) => sets.push(set), stopping.signal);
  const messages = (): readonly string[] =>
    sets.map((set) => set.allToolPolicies[0]?.rules[0]?.message ?? '');
  t.strictSame(messages(), ['first']);
  show(toolPolicy('first', 'another status'));
  t.equal(source.resourceVersions().ToolPolicy, '1', 'nothing is to be compiled');
  show(toolPolicy('second'));
  t.strictSame(source.report().complete, true);
  await until(() => sets.length > 1, 'the change is taken');
  t.strictSame(messages(), ['first', 'second']);
  stopping.abort();
});

/** A kubeconfig of a server that nobody may ask. */
function nowhere(testdir: (files: Record<string, string>) => string): string {
  const clusters = [{ name: 'a', cluster: { server: 'https://127.0.0.1:1' } }];
  const contexts = [{ name: 'a', context: { cluster: 'a', user: 'a' } }];
  const config = { clusters, contexts, users: [{ name: 'a', user: {} }], 'current-context': 'a' };
  return `${testdir({ config: JSON.stringify(config) })}/config`;
}
