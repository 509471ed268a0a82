import type { KubeObject } from '@omnia-policy/kube';
import t from 'tap';
import { asList } from '../model/read-fields.js';
import { asRecord } from '../record.js';
import { worldOfObjects } from '../testing/world-of-objects.js';
import { planToolPolicy } from './plan-tool-policy.js';
import type { PlanSettings } from './settings.js';

const settings: PlanSettings = {
  systemNamespace: 'omnia-system',
  trustDomain: 'cluster.local',
  extAuthz: { host: 'ext-authz', port: 9191, timeoutMs: 1000, maxRequestBytes: 1024 },
  wasmModule: { inlineBase64: '' },
};
const ref = { namespace: 'n', name: 'p' };

interface Version {
  readonly generation?: number;
  readonly resourceVersion: string;
  readonly status?: unknown;
}

function policy({ generation = 1, resourceVersion, status }: Version): KubeObject {
  return {
    ...{ apiVersion: 'omnia.altairalabs.ai/v1alpha1', kind: 'ToolPolicy' },
    metadata: { ...ref, generation, resourceVersion },
    spec: { selector: { registry: 'r' }, rules: [{ name: 'a', deny: { cel: 'true', message: 'No' } }] },
    status,
  };
}

function replica(name: string, resourceVersion: string, lagging: Record<string, number> = {}): KubeObject {
  const enforced = JSON.stringify({ resourceVersion, lagging });
  const annotations = { 'omnia.altairalabs.ai/enforced': enforced };
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'omnia-system', annotations },
  };
}

function statusOf(...objects: readonly KubeObject[]): Readonly<Record<string, unknown>> {
  return planToolPolicy(worldOfObjects(objects), ref, settings)?.status?.status ?? {};
}

function enforced(status: unknown): unknown {
  const conditions = asList(asRecord(status).conditions).map(asRecord);
  return conditions.find(({ type }) => type === 'Enforced')?.reason;
}

t.test('a version is enforced when every replica has come as far', (t) => {
  const first = policy({ resourceVersion: '100' });
  t.equal(enforced(statusOf(first)), 'NoReplicas');
  t.equal(enforced(statusOf(first, replica('a', '99'))), 'Waiting');
  t.equal(enforced(statusOf(first, replica('a', '100'), replica('b', '99'))), 'Waiting');
  t.equal(enforced(statusOf(first, replica('a', '1000'), replica('b', '100'))), 'AllReplicas');
  t.end();
});

t.test('writing the status, which makes a new version, does not make the policy wait again', (t) => {
  const status = statusOf(policy({ resourceVersion: '100' }), replica('a', '100'));
  t.equal(enforced(status), 'AllReplicas');
  t.strictSame(statusOf(policy({ resourceVersion: '101', status }), replica('a', '100')), status);
  t.end();
});

t.test('a new generation waits anew', (t) => {
  const status = statusOf(policy({ resourceVersion: '100' }), replica('a', '100'));
  const next = policy({ generation: 2, resourceVersion: '102', status });
  t.equal(enforced(statusOf(next, replica('a', '100'))), 'Waiting');
  t.equal(enforced(statusOf(next, replica('a', '102'))), 'AllReplicas');
  t.end();
});

t.test('a replica that says it enforces another version is believed, whatever was before', (t) => {
  const status = statusOf(policy({ resourceVersion: '100' }), replica('a', '100'));
  const now = statusOf(policy({ resourceVersion: '101', status }), replica('a', '101', { 'n/p': 0 }));
  t.equal(enforced(now), 'Lagging');
  t.strictSame(now.enforcement, { replicas: 1, upToDate: 0, minGeneration: 0 });
  t.end();
});

t.test('nothing is said of an object that the policy set has in another version', (t) => {
  const world = worldOfObjects([policy({ resourceVersion: '100' })]);
  const newer = worldOfObjects([policy({ generation: 2, resourceVersion: '101' })]);
  const behind = { ...newer, policySet: world.policySet };
  t.equal(planToolPolicy(behind, ref, settings), undefined);
  t.end();
});

t.test('of an object that is gone nothing is kept', (t) => {
  t.strictSame(planToolPolicy(worldOfObjects([]), ref, settings), { objects: [] });
  t.end();
});
