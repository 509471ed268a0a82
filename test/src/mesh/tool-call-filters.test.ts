import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  EXT_AUTHZ_CLUSTER,
  EXT_AUTHZ_FILTER,
  extAuthzCluster,
  extAuthzContext,
  toolCallFilters,
} from '@omnia-policy/envoy';
import t from 'tap';
import type { Answer } from '../send.js';
import { received } from '../tool-call.js';
import { untilEnforced } from '../until-enforced.js';
import { startAgentWorkload, type AgentWorkload } from './agent-workload.js';
import { meshIsMissing, startMesh } from './mesh.js';
import { startRecordedExtAuthz } from './recorded-ext-authz.js';
import { startToolWorkload, type ToolWorkload } from './tool-workload.js';

const REFUNDS = `
apiVersion: omnia.altairalabs.ai/v1alpha1
kind: ToolPolicy
metadata: {name: refunds, namespace: production}
spec:
  selector: {registry: customer-tools}
  rules:
    - name: limit
      deny: {cel: 'has(body.amount) && double(body.amount) > 500.0', message: 'too much'}
  headerInjection:
    - {header: X-Decided, value: 'yes'}
  mode: enforce
  onFailure: deny
`;

t.test(
  'an EnvoyFilter puts our filters before a tool service of the mesh',
  { skip: meshIsMissing },
  async (t) => {
    const mesh = await startMesh(t);
    const started = { mesh, teardown: t.teardown.bind(t) };
    await mesh.apiServer.createNamespace('production');
    await mesh.apiServer.createNamespace('tools');
    const extAuthz = await startRecordedExtAuthz({
      teardown: started.teardown,
      policies: { 'p.yaml': REFUNDS },
    });
    const tool = await startToolWorkload({ ...started, namespace: 'tools', name: 'refunds' });
    const agent = await startAgentWorkload({ ...started, namespace: 'production', name: 'support', tool });
    await mesh.apiServer.apply([envoyFilter(tool, extAuthz.port)]);

    t.test('the policy service refuses what its policies refuse', async (t) => {
      const refused = await untilEnforced(
        () => refund(agent, 501),
        ({ status }) => status !== 200,
      );
      t.equal(refused.status, 403);
      t.match(refused.text, 'too much');
    });

    t.test('what it allows arrives with the header that the policy sets', async (t) => {
      const allowed = await refund(agent, 500);
      t.equal(allowed.status, 200);
      t.equal(received(allowed).headers['x-decided'], 'yes');
      t.strictSame(received(allowed).body, { amount: 500 });
    });

    t.test('it is told who asks, and what the virtual host says of the service', (t) => {
      t.ok(extAuthz.questions.length >= 2);
      for (const { request, metadata } of extAuthz.questions) {
        t.equal(request.attributes.source.principal, agent.principal);
        t.strictSame(request.attributes.context_extensions, {
          omnia_registries: 'production/customer-tools',
        });
        t.equal(metadata['x-omnia-body'], '65536');
      }
      t.end();
    });

    t.test('Envoy has the filters once, in their order, directly before the router', async (t) => {
      const [names = []] = await httpFilterNames(tool);
      t.strictSame(names.slice(-4), [
        ...['omnia.claims', 'omnia.ext_authz', 'omnia.inject'],
        'envoy.filters.http.router',
      ]);
      t.equal(names.filter((name) => name.startsWith('omnia.')).length, 3);
      const rejected = await tool.sidecar.stats('lds.update_rejected$');
      t.strictSame([...rejected.values()], [0]);
    });

    t.test('neither Istio nor Envoy finds fault with it', (t) => {
      const faults = (log: readonly string[]): string[] =>
        log.filter(
          (line) => /\b(warn(ing)?|error|critical)\b/.test(line) && /omnia\.|envoyfilter/i.test(line),
        );
      t.strictSame(faults(mesh.istiod.log), []);
      t.strictSame(faults(tool.sidecar.log), []);
      t.end();
    });

    t.test('a claim that an agent makes up does not get through', async (t) => {
      const forged = await agent.send({
        headers: [...headers, ['x-omnia-claim-team', 'admins']],
        body: '{}',
      });
      t.equal(forged.status, 200);
      t.notOk('x-omnia-claim-team' in received(forged).headers);
    });
  },
);

const headers: [string, string][] = [
  ['x-omnia-agent-name', 'support'],
  ['x-omnia-namespace', 'production'],
  ['x-omnia-tool-registry', 'customer-tools'],
  ['x-omnia-tool-name', 'process_refund'],
  ['content-type', 'application/json'],
];

function refund(agent: AgentWorkload, amount: number): Promise<Answer> {
  return agent.send({ headers, body: JSON.stringify({ amount }) });
}

function envoyFilter(tool: ToolWorkload, extAuthzPort: number): object {
  const { namespace, name, labels, port } = tool;
  const file = createRequire(import.meta.url).resolve('@omnia-policy/wasm-filter/omnia-filter.wasm');
  const filters = toolCallFilters(
    { readsBody: true, failOpen: false, claimMappings: [], injectedHeaders: ['x-decided'] },
    {
      extAuthz: { cluster: EXT_AUTHZ_CLUSTER, timeoutMs: 2_000, maxRequestBytes: 65_536 },
      wasmModule: { inlineBase64: readFileSync(file).toString('base64') },
    },
  );
  const filter = {
    name: 'envoy.filters.network.http_connection_manager',
    subFilter: { name: 'envoy.filters.http.router' },
  };
  const context = 'SIDECAR_INBOUND';
  const registries = extAuthzContext({ omnia_registries: 'production/customer-tools' });
  return {
    ...{ apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter' },
    metadata: { namespace, name: `omnia-tools-${name}` },
    spec: {
      workloadSelector: { labels },
      configPatches: [
        {
          applyTo: 'CLUSTER',
          match: { context },
          patch: { operation: 'ADD', value: extAuthzCluster({ host: 'localhost', port: extAuthzPort }) },
        },
        ...filters.map((value) => ({
          applyTo: 'HTTP_FILTER',
          match: { context, listener: { portNumber: port, filterChain: { filter } } },
          patch: { operation: 'INSERT_BEFORE', value },
        })),
        {
          applyTo: 'VIRTUAL_HOST',
          match: { context, routeConfiguration: { portNumber: port } },
          patch: {
            operation: 'MERGE',
            value: { typed_per_filter_config: { [EXT_AUTHZ_FILTER]: registries } },
          },
        },
      ],
    },
  };
}

interface ListenersDump {
  readonly configs: readonly {
    readonly active_state: {
      readonly listener: {
        readonly filter_chains: readonly {
          readonly filters: readonly {
            readonly typed_config: { readonly http_filters?: readonly { readonly name: string }[] };
          }[];
        }[];
      };
    };
  }[];
}

/** Of each filter chain. */
async function httpFilterNames({ sidecar }: ToolWorkload): Promise<string[][]> {
  const dump = (await sidecar.configDump('dynamic_listeners')) as ListenersDump;
  const chains = dump.configs.flatMap(({ active_state }) => active_state.listener.filter_chains);
  return chains.map(({ filters }) =>
    filters.flatMap(({ typed_config }) => (typed_config.http_filters ?? []).map(({ name }) => name)),
  );
}
