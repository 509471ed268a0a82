import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../stack.js';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import { connectProxy, type FilterChain } from './connected-proxy.js';
import { meshIsMissing } from './mesh.js';
import { createPod } from './pod.js';
import { startAmbientMesh } from './waypoint.js';

const skip = meshIsMissing === false ? missingTools('gateway-api-crds') : meshIsMissing;
const GOLDEN = join(ROOT, 'operator/testdata/tutorial.out.yaml');
const FILTERS = ['omnia.claims', 'omnia.ext_authz', 'omnia.inject', 'envoy.filters.http.router'];

/** What the operator emits for the tool workload of the walk-through. */
function emittedObjects(): readonly object[] {
  const documents = parseAllDocuments(readFileSync(GOLDEN, 'utf8')).map(
    (document) => document.toJS() as { kind: string },
  );
  return documents.filter(({ kind }) => ['AuthorizationPolicy', 'EnvoyFilter'].includes(kind));
}

t.test('a sidecar in a mesh that has the ambient mode too', { skip }, async (t) => {
  const { apiServer, istiod } = await startAmbientMesh(t);
  await apiServer.createNamespace('production');
  const labels = { app: 'customer-tools' };
  await apiServer.apply([
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'production', name: 'customer-tools' } },
      spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
    ...emittedObjects(),
  ]);
  const [namespace, name, podIp] = ['production', 'customer-tools-1', '10.0.1.1'];
  const endpointOf = { 'customer-tools': [{ name: 'http', port: 8080 }] };
  await createPod(apiServer, { namespace, name, labels, ip: podIp, endpointOf });
  const proxy = await connectProxy({
    ...{ istiod, teardown: t.teardown.bind(t) },
    node: {
      ...{ type: 'sidecar', namespace, name, podIp, labels, serviceAccount: 'default' },
      metadata: { ENABLE_HBONE: 'true' },
    },
  });
  const chains = await until(
    async () => {
      const all = (await proxy.listeners()).flatMap(({ name: listener, filterChains = [] }) =>
        filterChains.map((chain) => ({ listener, chain, names: filterNames(chain) })),
      );
      return all.some(({ names }) => names.includes('omnia.claims')) && all;
    },
    { what: 'patched filter chains' },
  );
  const ofTool = chains.filter(
    ({ chain, names }) => chain.filterChainMatch?.destinationPort === 8080 && names.length > 0,
  );

  t.test('asks about calls that come directly and about those that come through a tunnel', (t) => {
    const listeners = new Set(ofTool.map(({ listener }) => listener));
    t.strictSame([...listeners].sort(), ['main_internal', 'virtualInbound']);
    for (const { listener, names } of ofTool) t.strictSame(names.slice(-4), FILTERS, listener);
    t.end();
  });

  t.test('knows the policy of the agents, and what it serves, in both', (t) => {
    for (const { listener, chain, names } of ofTool) {
      t.ok(names.includes('envoy.filters.http.rbac'), listener);
      t.match(JSON.stringify(chain), /"omnia_registries":"production\/customer-tools"/, listener);
      const principal = JSON.stringify(chain).includes('io.istio.peer_principal:PLAIN');
      t.equal(
        principal,
        listener === 'main_internal',
        'who the peer is, where its connection has ended elsewhere',
      );
    }
    t.end();
  });

  t.test('asks nothing about the tunnels themselves', (t) => {
    const others = chains.filter((one) => !ofTool.includes(one));
    t.strictSame(
      others.filter(({ names }) => names.some((one) => one.startsWith('omnia.'))),
      [],
    );
    t.ok(others.some(({ listener }) => listener === 'connect_terminate'));
    t.end();
  });
});

function filterNames(chain: FilterChain): string[] {
  return chain.filters.flatMap(({ typedConfig }) => (typedConfig.httpFilters ?? []).map(({ name }) => name));
}
