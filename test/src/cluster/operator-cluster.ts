import { join } from 'node:path';
import { ROOT } from '../stack.js';
import { until } from '../until.js';
import { startApiServer, type ApiServer, type ApiServerOptions } from './api-server.js';
import { installCrds, istioCrds } from './crds.js';

/** What the operator's tests need of the machine. */
export const OPERATOR_TOOLS = ['etcd', 'kube-apiserver', 'kubectl', 'istio-crds'] as const;

/** An API server with our CRDs and, unless said otherwise, Istio's, and the namespaces of the tutorial. */
export async function startOperatorCluster(
  options: ApiServerOptions,
  { istio = true }: { readonly istio?: boolean } = {},
): Promise<ApiServer> {
  const server = await startApiServer(options);
  await installCrds(server, join(ROOT, 'manifests/crds'));
  if (istio) await installCrds(server, istioCrds());
  await server.createNamespace('omnia-system');
  await server.createNamespace('production', { 'istio-injection': 'enabled' });
  return server;
}

/** The tutorial's agent and tools: an AgentRuntime, a ToolRegistry, its Service and a pod with a sidecar. */
export function tutorialObjects(): object[] {
  const metadata = (name: string, labels = {}): object => ({ name, namespace: 'production', labels });
  const omnia = 'omnia.altairalabs.ai/v1alpha1';
  const handler = (tool: string): object => ({
    name: tool.replaceAll('_', '-'),
    type: 'http',
    tool: { name: tool, description: tool, inputSchema: { type: 'object' } },
    httpConfig: { endpoint: `http://customer-tools.production.svc.cluster.local:8080/${tool}` },
  });
  const tools = ['lookup_order', 'check_status', 'process_refund', 'delete_account'];
  return [
    { apiVersion: omnia, kind: 'AgentRuntime', metadata: metadata('support-agent'), spec: {} },
    {
      ...{ apiVersion: omnia, kind: 'ToolRegistry', metadata: metadata('customer-tools') },
      spec: { handlers: tools.map(handler) },
    },
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: metadata('customer-tools') },
      spec: {
        selector: { app: 'customer-tools' },
        ports: [{ name: 'http', port: 8080, targetPort: 8080, appProtocol: 'http' }],
      },
    },
    {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: metadata('customer-tools-1', { app: 'customer-tools' }) },
      spec: {
        containers: [
          { name: 'tools', image: 'tools' },
          { name: 'istio-proxy', image: 'proxy' },
        ],
      },
    },
  ];
}

/** Files of the tutorial's policies. */
export const TUTORIAL_POLICIES = join(ROOT, 'manifests/examples/securing-agents');

/** The objects of a kind that kubectl shows, in all namespaces. */
export async function listObjects(server: ApiServer, kind: string): Promise<ListedObject[]> {
  const { code, stdout, stderr } = await server.kubectl(['get', kind, '-A', '-o', 'json']);
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { items: ListedObject[] }).items;
}

export interface ListedObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: unknown;
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** `namespace/name` of all objects of these kinds, sorted. */
export async function namesOf(server: ApiServer, ...kinds: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(kinds.map((kind) => listObjects(server, kind)));
  return lists
    .flat()
    .map(({ metadata: { namespace = '', name } }) => `${namespace}/${name}`)
    .sort();
}

/** Waits until a condition of an object has this status and reason; resolves to it. */
export function untilCondition(
  server: ApiServer,
  object: readonly [kind: string, namespace: string, name: string],
  wanted: { readonly type: string; readonly status: string; readonly reason: string },
): Promise<Condition> {
  const [kind, namespace, name] = object;
  let last = '';
  return until(
    async () => {
      const found = (await listObjects(server, kind)).find(
        ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
      );
      const conditions = found?.status?.conditions ?? [];
      last = JSON.stringify(found?.status);
      return conditions.find(
        ({ type, status, reason }) =>
          type === wanted.type && status === wanted.status && reason === wanted.reason,
      );
    },
    { what: `${kind} ${namespace}/${name}: ${JSON.stringify(wanted)}`, details: () => last },
  );
}

/** Kinds of the objects that the operator makes. */
export const EMITTED = ['authorizationpolicies', 'envoyfilters', 'requestauthentications'] as const;
