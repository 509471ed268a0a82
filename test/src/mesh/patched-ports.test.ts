import { EXT_AUTHZ_FILTER, extAuthzContext } from '@omnia-policy/envoy';
import t from 'tap';
import { until } from '../until.js';
import { connectProxy, type FilterChain, type Listener } from './connected-proxy.js';
import { meshIsMissing, startMesh } from './mesh.js';
import { createPod } from './pod.js';

t.test(
  'patches for one target port, in a sidecar that iptables lead to',
  { skip: meshIsMissing },
  async (t) => {
    const { apiServer, istiod } = await startMesh(t);
    await apiServer.createNamespace('tools');
    await apiServer.apply([
      {
        ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'tools', name: 'refunds' } },
        spec: {
          selector: { app: 'refunds' },
          ports: [
            { name: 'http', port: 80, targetPort: 8080 },
            { name: 'http-admin', port: 81, targetPort: 9090 },
          ],
        },
      },
      {
        ...{ apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication' },
        metadata: { namespace: 'tools', name: 'both' },
        spec: { mtls: { mode: 'PERMISSIVE' } },
      },
      envoyFilter(8080),
    ]);
    const [namespace, name, labels] = ['tools', 'refunds-1', { app: 'refunds' }];
    const ports = [
      { name: 'http', port: 8080 },
      { name: 'http-admin', port: 9090 },
    ];
    await createPod(apiServer, {
      ...{ namespace, name, labels },
      ip: '10.0.1.1',
      endpointOf: { refunds: ports },
    });
    const proxy = await connectProxy({
      ...{ istiod, teardown: t.teardown.bind(t) },
      node: { type: 'sidecar', namespace, name, podIp: '10.0.1.1', labels, serviceAccount: 'default' },
    });
    const [chains, others] = await until(
      async () => {
        const inbound = inboundChains(await proxy.listeners());
        const patched = inbound.filter((chain) => filterNames(chain).includes('omnia.test'));
        return patched.length > 0 && [patched, inbound.filter((chain) => !patched.includes(chain))];
      },
      { what: 'patched filter chains' },
    );

    t.test('all chains of that port are patched, with mTLS and without, and no other', (t) => {
      t.strictSame([...new Set(chains.map(portOf))], [8080]);
      t.strictSame(chains.map((chain) => chain.filterChainMatch?.transportProtocol).sort(), [
        'raw_buffer',
        'tls',
      ]);
      t.ok(others.some((chain) => portOf(chain) === 9090));
      t.notOk(others.some((chain) => portOf(chain) === 8080));
      t.end();
    });

    t.test('the virtual host is named after the Service’s port, its routes after the target port', (t) => {
      for (const route of chains.map(routeOf)) {
        t.equal(route?.name, 'inbound|8080||');
        const [host] = route?.virtualHosts ?? [];
        t.equal(host?.name, 'inbound|http|80');
        t.match(JSON.stringify(host?.typedPerFilterConfig), 'production/customer-tools');
      }
      t.notMatch(JSON.stringify(others), 'customer-tools');
      t.end();
    });
  },
);

/** With a filter of Envoy's own under another name: only where it lands is looked at. */
function envoyFilter(portNumber: number): object {
  const context = 'SIDECAR_INBOUND';
  const filter = {
    name: 'envoy.filters.network.http_connection_manager',
    subFilter: { name: 'envoy.filters.http.router' },
  };
  const config = { '@type': 'type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors' };
  const registries = extAuthzContext({ omnia_registries: 'production/customer-tools' });
  return {
    ...{ apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter' },
    metadata: { namespace: 'tools', name: 'omnia-tools-refunds' },
    spec: {
      workloadSelector: { labels: { app: 'refunds' } },
      configPatches: [
        {
          applyTo: 'HTTP_FILTER',
          match: { context, listener: { portNumber, filterChain: { filter } } },
          patch: { operation: 'INSERT_BEFORE', value: { name: 'omnia.test', typed_config: config } },
        },
        {
          applyTo: 'VIRTUAL_HOST',
          match: { context, routeConfiguration: { portNumber } },
          patch: {
            operation: 'MERGE',
            value: { typed_per_filter_config: { [EXT_AUTHZ_FILTER]: registries } },
          },
        },
      ],
    },
  };
}

function inboundChains(listeners: readonly Listener[]): readonly FilterChain[] {
  return listeners.find(({ name }) => name === 'virtualInbound')?.filterChains ?? [];
}

function filterNames(chain: FilterChain): string[] {
  return chain.filters.flatMap(({ typedConfig }) => (typedConfig.httpFilters ?? []).map(({ name }) => name));
}

function portOf(chain: FilterChain): number | undefined {
  return chain.filterChainMatch?.destinationPort;
}

function routeOf(chain: FilterChain) {
  return chain.filters.find(({ typedConfig }) => typedConfig.routeConfig !== undefined)?.typedConfig
    .routeConfig;
}
