import { PODS } from '@omnia-policy/kube';
import t from 'tap';
import { projectPod } from '../model/project-pod.js';
import { clusterObject, sidecarPod } from '../testing/cluster-objects.js';
import { createMemoryCache } from '../testing/memory-cache.js';
import { createPodLookup } from './pods-by-label.js';

t.test('pods are found by a label, and by what it becomes', (t) => {
  const cache = createMemoryCache(PODS, projectPod);
  const lookup = createPodLookup(cache);
  cache.show(sidecarPod('a', { app: 'tools', tier: 'one' }));
  cache.show(clusterObject(PODS, 'elsewhere', { namespace: 'staging', labels: { app: 'tools' } }));
  const named = (name: string, value: string): string[] => [
    ...lookup.withLabel('production', name, value).keys(),
  ];
  t.strictSame(named('app', 'tools'), ['a']);
  cache.show(sidecarPod('b', { app: 'tools' }));
  t.strictSame(named('app', 'tools'), ['a', 'b']);
  cache.show(sidecarPod('a', { app: 'other' }));
  t.strictSame([named('app', 'tools'), named('app', 'other'), named('tier', 'one')], [['b'], ['a'], []]);
  cache.hide({ namespace: 'production', name: 'b' });
  t.strictSame(named('app', 'tools'), []);
  t.strictSame([...lookup.withLabel('staging', 'app', 'tools').keys()], ['elsewhere']);
  t.end();
});

t.test('what an agent has costs the same, however many others there are', (t) => {
  const cache = createMemoryCache(PODS, projectPod);
  let lists = 0;
  const lookup = createPodLookup({
    ...cache,
    inNamespace: (namespace) => {
      lists += 1;
      return cache.inNamespace(namespace);
    },
  });
  for (let index = 0; index < 100; index++) cache.show(sidecarPod(`pod-${index}`, { app: `app-${index}` }));
  for (let index = 0; index < 100; index++) {
    t.equal(lookup.withLabel('production', 'app', `app-${index}`).size, 1);
  }
  t.equal(lists, 1);
  t.end();
});
