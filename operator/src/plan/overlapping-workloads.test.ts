import type { KubeObject } from '@omnia-policy/kube';
import { compilePolicySet } from '@omnia-policy/policy';
import t from 'tap';
import { createClusterView } from '../controllers/cluster-view.js';
import { clusterObject, sidecarPod, toolRegistry } from '../testing/cluster-objects.js';
import { createMemoryCaches } from '../testing/memory-caches.js';
import { worldOfObjects } from '../testing/world-of-objects.js';
import { PODS, SERVICES } from '@omnia-policy/kube';
import { registriesText, toolWorkloads } from './tool-workload.js';
import type { World } from '../model/world.js';

/** A registry and its Service, of the same name. */
function served(name: string, selector: Readonly<Record<string, string>>): readonly KubeObject[] {
  const spec = { selector, ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] };
  return [toolRegistry(name, name), clusterObject(SERVICES, name, { spec })];
}

function told(world: World): readonly (readonly string[])[] {
  return toolWorkloads(world).map(({ ref, registries, overlaps }) => [
    ref.name,
    registriesText(registries),
    overlaps.join(),
  ]);
}

const crossing = [...served('a', { app: 'x' }), ...served('b', { tier: 'y' })];

t.test('selectors that could mean the same pods are two workloads until a pod has both', (t) => {
  const apart = [
    ['a', 'production/a', ''],
    ['b', 'production/b', ''],
  ];
  const ofEach = [sidecarPod('one', { app: 'x' }), sidecarPod('two', { tier: 'y' })];
  t.strictSame(told(worldOfObjects([...crossing, ...ofEach])), apart);
  const ofBoth = sidecarPod('both', { app: 'x', tier: 'y' });
  t.strictSame(told(worldOfObjects([...crossing, ofBoth])), [
    ['a', 'production/a,production/b', 'b'],
    ['b', 'production/a,production/b', 'a'],
  ]);
  const elsewhere = clusterObject(PODS, 'both', {
    namespace: 'staging',
    labels: ofBoth.metadata.labels ?? {},
  });
  t.strictSame(told(worldOfObjects([...crossing, elsewhere])), apart);
  t.end();
});

t.test('a Service within two others joins them before it has pods', (t) => {
  const all = 'production/a,production/b,production/narrow';
  t.strictSame(told(worldOfObjects([...crossing, ...served('narrow', { app: 'x', tier: 'y' })])), [
    ['a', all, 'b'],
    ['b', all, 'a'],
  ]);
  t.end();
});

t.test('workloads that are connected by a third one all have the registries of all', (t) => {
  const pods = [sidecarPod('one', { app: 'x', tier: 'y' }), sidecarPod('two', { tier: 'y', zone: 'z' })];
  const all = 'production/a,production/b,production/c';
  t.strictSame(told(worldOfObjects([...crossing, ...served('c', { zone: 'z' }), ...pods])), [
    ['a', all, 'b,c'],
    ['b', all, 'a,c'],
    ['c', all, 'a,b'],
  ]);
  t.end();
});

t.test('a pod that comes to be one of two workloads touches both, and when it goes again', async (t) => {
  const caches = createMemoryCaches();
  const view = createClusterView(caches);
  for (const object of crossing) {
    (object.kind === 'Service' ? caches.services : caches.toolRegistries).show(object);
  }
  view.setPolicySet(compilePolicySet([], { revision: '' }));
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const overlaps = (): unknown =>
    toolWorkloads(view.world() ?? worldOfObjects([])).map((one) => one.overlaps);
  await turn();
  const touched = new Set<string>();
  view.onTouched((keys) => {
    for (const key of keys) touched.add(key);
  });
  caches.pods.show(sidecarPod('both', { app: 'x', tier: 'y' }));
  await turn();
  t.strictSame([...touched].sort(), ['ToolWorkload/production/a', 'ToolWorkload/production/b']);
  t.strictSame(overlaps(), [['b'], ['a']]);
  touched.clear();
  caches.pods.show(sidecarPod('both', { app: 'x' }));
  await turn();
  t.strictSame([...touched].sort(), ['ToolWorkload/production/a', 'ToolWorkload/production/b']);
  t.strictSame(overlaps(), [[], []]);
});
