import { LEASES, type KubeObject } from '@omnia-policy/kube';
import t from 'tap';
import { projectReplica } from '../model/project-replica.js';
import { clusterObject } from '../testing/cluster-objects.js';
import { createMemoryCache } from '../testing/memory-cache.js';
import { createAliveReplicas } from './alive-replicas.js';

function lease(name: string, renewTime: string): KubeObject {
  return clusterObject(LEASES, name, { spec: { renewTime, leaseDurationSeconds: 10 } });
}

t.test('a replica counts as long as it renews, whatever its clock says', (t) => {
  const clock = { nowMs: 1000 };
  const cache = createMemoryCache(LEASES, projectReplica);
  cache.show(lease('before', '2001-01-01T00:00:00Z'));
  const alive = createAliveReplicas(cache, () => clock.nowMs);
  t.equal(alive.names(), 'production/before', 'it may be alive');
  cache.show(lease('other', '2030-01-01T00:00:00Z'));
  clock.nowMs += 8000;
  cache.show(lease('other', '2030-01-01T00:00:08Z'));
  t.equal(alive.names(), 'production/before production/other');
  clock.nowMs += 3000;
  t.equal(alive.names(), 'production/other');
  t.equal(alive.get({ namespace: 'production', name: 'before' }), undefined);
  t.equal(alive.inNamespace('production').length, 1);
  cache.hide({ namespace: 'production', name: 'other' });
  t.strictSame(alive.all(), []);
  t.end();
});

t.test('no replica counts as gone because the API server was', (t) => {
  const clock = { nowMs: 1000 };
  const cache = createMemoryCache(LEASES, projectReplica);
  const alive = createAliveReplicas(cache, () => clock.nowMs);
  cache.show(lease('a', '2030-01-01T00:00:00Z'));
  cache.health = { ...cache.health, failure: 'refused', steadyMs: 0 };
  clock.nowMs += 3_600_000;
  t.equal(alive.names(), 'production/a');
  cache.health = { state: 'synced', silentMs: 0, steadyMs: 9000 };
  t.equal(alive.names(), 'production/a', 'it may not have been able to renew yet');
  cache.health = { state: 'synced', silentMs: 0, steadyMs: 11_000 };
  t.equal(alive.names(), '');
  t.end();
});
