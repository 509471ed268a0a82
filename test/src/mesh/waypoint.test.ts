import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import type { FilterChain } from './connected-proxy.js';
import { meshIsMissing } from './mesh.js';
import { AMBIENT_LABELS, connectWaypoint, startAmbientMesh, usesWaypoint } from './waypoint.js';

const skip = meshIsMissing === false ? missingTools('gateway-api-crds') : meshIsMissing;

t.test('what a waypoint makes of policies and patches', { skip }, async (t) => {
  const teardown = t.teardown.bind(t);
  const mesh = await startAmbientMesh(t);
  await mesh.apiServer.createNamespace('tools', AMBIENT_LABELS);
  await mesh.apiServer.apply([
    service('refunds'),
    service('search'),
    denial('of-service', { targetRefs: [{ group: '', kind: 'Service', name: 'refunds' }] }),
    denial('of-pods', { selector: { matchLabels: { app: 'search' } } }),
    envoyFilter('refunds'),
  ]);
  const waypoint = await connectWaypoint({ mesh, teardown, namespace: 'tools', name: 'waypoint' });
  const chains = await until(
    async () => {
      const listeners = await waypoint.listeners();
      const named = listeners.flatMap(({ name, filterChains = [] }) =>
        filterChains.map((chain) => ({ name, chain })),
      );
      return named.some(({ chain }) => filterNames(chain).includes('omnia.test')) && named;
    },
    { what: 'a patched filter chain' },
  );
  const chainOf = (host: string): FilterChain | undefined =>
    chains.find(({ chain }) => chain.name === `inbound-vip|80|http|${host}.tools.svc.cluster.local`)?.chain;

  t.test('a policy for a Service is in its chain alone, one for pods in none', (t) => {
    const denying = chains.filter(({ chain }) => filterNames(chain).includes('envoy.filters.http.rbac'));
    t.strictSame(
      denying.map(({ chain }) => chain),
      [chainOf('refunds')],
    );
    t.match(JSON.stringify(denying), 'ns[tools]-policy[of-service]-rule[0]');
    t.notMatch(JSON.stringify(chains), 'of-pods');
    t.end();
  });

  t.test('a patch for that chain stands before the router, after the policy, and nowhere else', (t) => {
    const patched = chains.filter(({ chain }) => filterNames(chain).includes('omnia.test'));
    t.strictSame(
      patched.map(({ name, chain }) => [name, chain]),
      [['main_internal', chainOf('refunds')]],
    );
    const names = patched.flatMap(({ chain }) => filterNames(chain));
    t.strictSame(names.slice(-2), ['omnia.test', 'envoy.filters.http.router']);
    t.ok(names.indexOf('envoy.filters.http.rbac') < names.indexOf('omnia.test'));
    t.ok(chainOf('search'));
    t.end();
  });
});

function service(name: string): object {
  return {
    ...{ apiVersion: 'v1', kind: 'Service' },
    metadata: { namespace: 'tools', name, labels: usesWaypoint('waypoint') },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  };
}

function denial(name: string, target: object): object {
  return {
    ...{ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy' },
    metadata: { namespace: 'tools', name },
    spec: {
      ...{ ...target, action: 'DENY' },
      rules: [{ when: [{ key: 'request.headers[x-omnia-tool-name]', notValues: ['search'] }] }],
    },
  };
}

/** The CONNECTs that carry requests pass a listener of their own, which a patch must not reach. */
function envoyFilter(host: string): object {
  const name = `inbound-vip|80|http|${host}.tools.svc.cluster.local`;
  const filter = {
    name: 'envoy.filters.network.http_connection_manager',
    subFilter: { name: 'envoy.filters.http.router' },
  };
  const config = { '@type': 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors' };
  return {
    ...{ apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter' },
    metadata: { namespace: 'tools', name: `omnia-tools-${host}` },
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'waypoint' }],
      configPatches: [
        {
          applyTo: 'HTTP_FILTER',
          match: {
            context: 'SIDECAR_INBOUND',
            listener: { name: 'main_internal', filterChain: { name, filter } },
          },
          patch: { operation: 'INSERT_BEFORE', value: { name: 'omnia.test', typed_config: config } },
        },
      ],
    },
  };
}

function filterNames(chain: FilterChain): string[] {
  return chain.filters.flatMap(({ typedConfig }) => (typedConfig.httpFilters ?? []).map(({ name }) => name));
}
