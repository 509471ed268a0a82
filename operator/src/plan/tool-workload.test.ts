import t from 'tap';
import type { World } from '../model/world.js';
import { clusterObject, toolRegistry, toolService } from '../testing/cluster-objects.js';
import { worldOfObjects } from '../testing/world-of-objects.js';
import { TOOL_REGISTRIES } from '@omnia-policy/kube';
import { handOnWorkloads, toolWorkloads } from './tool-workload.js';

const SERVICES = [toolService('orders', 'orders'), toolService('search', 'search')];

function mcpRegistry(name: string, service: string): ReturnType<typeof toolRegistry> {
  const handler = { name: 'tools', type: 'mcp', service: { name: service, port: 8080 } };
  return clusterObject(TOOL_REGISTRIES, name, { spec: { handlers: [handler] } });
}

const orders = toolRegistry('orders', 'orders');
const search = toolRegistry('search', 'search');

/** The same objects, with a policy set that says something else of the registry `search`. */
function worlds(): { readonly former: World; readonly next: World } {
  const former = worldOfObjects([...SERVICES, orders, search]);
  const { policySet } = worldOfObjects([...SERVICES, orders, mcpRegistry('search', 'search')]);
  return { former, next: { ...former, policySet } };
}

t.test('workloads that are handed on are those that would be found', (t) => {
  const { former, next } = worlds();
  const [first, second] = toolWorkloads(former);
  handOnWorkloads(former, next);
  const handedOn = toolWorkloads(next);
  t.strictSame(handedOn, toolWorkloads({ ...next }));
  t.equal(handedOn[0], first, 'what has not changed is the same object');
  t.not(handedOn[1], second);
  t.strictSame(handedOn[1]?.registries, [{ namespace: 'production', name: 'search', speaksMcp: true }]);
  t.end();
});

t.test('nothing is handed on that was not looked for', (t) => {
  const { former, next } = worlds();
  handOnWorkloads(former, next);
  t.equal(toolWorkloads(next).length, 2);
  t.end();
});

t.test('workloads of one name and selector in two namespaces are two', (t) => {
  const elsewhere = [toolService('orders', 'orders'), toolRegistry('orders', 'orders')].map((object) => ({
    ...object,
    metadata: { ...object.metadata, namespace: 'staging' },
  }));
  const found = toolWorkloads(worldOfObjects([...SERVICES, orders, search, ...elsewhere]));
  t.strictSame(
    found.map(({ ref: { namespace, name } }) => `${namespace}/${name}`),
    ['production/orders', 'production/search', 'staging/orders'],
  );
  t.end();
});
