import { Client, credentials, type ClientDuplexStream } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { until } from '../until.js';
import type { Istiod } from './istiod.js';
import type { MeshOptions } from './mesh.js';

/** Whose configuration to ask for. */
export interface ProxyNode {
  readonly type: 'sidecar' | 'waypoint';
  readonly namespace: string;
  readonly name: string;
  /** By it Istio knows which pod this is, and so whose endpoints. */
  readonly podIp: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  /** What else the injector, or whoever runs the proxy, says of it: `ISTIO_META_X` as `X`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A connection to istiod as a proxy has it, without a proxy: for configuration that needs what no test machine has. */
export interface ConnectedProxy {
  /** The listeners that istiod gives it now, as JSON of their protos. Rejects until there is some configuration. */
  listeners(): Promise<readonly Listener[]>;
}

/** The part of a listener that tests look at. */
export interface Listener {
  readonly name: string;
  readonly filterChains?: readonly FilterChain[];
}

export interface FilterChain {
  readonly name?: string;
  readonly filterChainMatch?: { readonly destinationPort?: number; readonly transportProtocol?: string };
  readonly filters: readonly { readonly name: string; readonly typedConfig: ConnectionManager }[];
}

export interface ConnectionManager {
  readonly httpFilters?: readonly { readonly name: string; readonly typedConfig?: unknown }[];
  readonly routeConfig?: {
    readonly name: string;
    readonly virtualHosts: readonly {
      readonly name: string;
      readonly typedPerFilterConfig?: Readonly<Record<string, unknown>>;
    }[];
  };
}

export interface ConnectedProxyOptions extends MeshOptions {
  readonly istiod: Istiod;
  readonly node: ProxyNode;
}

const CLUSTERS = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
const LISTENERS = 'type.googleapis.com/envoy.config.listener.v3.Listener';

/** Resolves when istiod knows the proxy. What it sends is accepted unseen. */
export async function connectProxy({
  istiod,
  node,
  ...options
}: ConnectedProxyOptions): Promise<ConnectedProxy> {
  const client = new Client(istiod.plaintextAddress, credentials.createInsecure());
  const stream = client.makeBidiStreamRequest(
    STREAM.path,
    STREAM.requestSerialize,
    STREAM.responseDeserialize,
  );
  options.teardown?.(() => {
    stream.cancel();
    client.close();
    return Promise.resolve();
  });
  acceptAll(stream);
  for (const type_url of [CLUSTERS, LISTENERS]) stream.write({ type_url, node: nodeMessage(node) });
  const id = `${node.name}.${node.namespace}`;
  const listeners = async (): Promise<readonly Listener[]> => {
    const query = `proxyID=${id}&types=${encodeURIComponent(LISTENERS)}`;
    const response = await fetch(`${istiod.debugUrl}/debug/config_dump?${query}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`istiod answers ${response.status} for ${id}: ${text}`);
    return (JSON.parse(text) as { configs: Listener[] }).configs;
  };
  await until(async () => (await listeners()).length > 0, { what: `listeners of ${id}` });
  return { listeners };
}

interface DiscoveryResponse {
  readonly version_info: string;
  readonly type_url: string;
  readonly nonce: string;
}

function acceptAll(stream: ClientDuplexStream<object, object>): void {
  // The end of the test cancels the stream.
  stream.on('error', () => undefined);
  stream.on('data', (response) => {
    const { version_info, type_url, nonce } = response as DiscoveryResponse;
    stream.write({ version_info, type_url, response_nonce: nonce });
  });
}

function nodeMessage(node: ProxyNode): object {
  const { type, namespace, name, podIp, labels, serviceAccount } = node;
  const metadata = {
    ...{ NAMESPACE: namespace, SERVICE_ACCOUNT: serviceAccount, NAME: name, LABELS: labels },
    ...{
      INTERCEPTION_MODE: 'REDIRECT',
      ISTIO_VERSION: '1.31.1',
      CLUSTER_ID: 'Kubernetes',
      MESH_ID: 'cluster.local',
    },
    ...{ INSTANCE_IPS: podIp, ...node.metadata },
  };
  return {
    id: `${type}~${podIp}~${name}.${namespace}~${namespace}.svc.cluster.local`,
    metadata: structMessage(metadata),
  };
}

type Metadata = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** google.protobuf.Struct as protobufjs wants it. */
function structMessage(value: Metadata): object {
  const field = (item: Metadata[string]): object =>
    typeof item === 'string' ? { stringValue: item } : { structValue: structMessage(item) };
  return { fields: Object.fromEntries(Object.entries(value).map(([key, item]) => [key, field(item)])) };
}

interface Field {
  readonly type: string;
  readonly id: number;
}

/** The few fields of envoy.service.discovery.v3 that are needed here, by their numbers. */
function discoveryTypes(): Parameters<typeof fromJSON>[0] {
  const text = (id: number): Field => ({ type: 'string', id });
  const value = { stringValue: text(3), structValue: { type: 'Struct', id: 5 } };
  const nested = {
    Value: { fields: value },
    Struct: { fields: { fields: { keyType: 'string', type: 'Value', id: 1 } } },
    Node: { fields: { id: text(1), cluster: text(2), metadata: { type: 'Struct', id: 3 } } },
    DiscoveryRequest: {
      fields: {
        ...{ version_info: text(1), node: { type: 'Node', id: 2 } },
        ...{ type_url: text(4), response_nonce: text(5) },
      },
    },
    DiscoveryResponse: { fields: { version_info: text(1), type_url: text(4), nonce: text(5) } },
    AggregatedDiscoveryService: {
      methods: {
        StreamAggregatedResources: {
          comment: 'the one that every proxy opens',
          ...{ requestType: 'DiscoveryRequest', requestStream: true },
          ...{ responseType: 'DiscoveryResponse', responseStream: true },
        },
      },
    },
  };
  return {
    nested: { envoy: { nested: { service: { nested: { discovery: { nested: { v3: { nested } } } } } } } },
  };
}

const STREAM = streamMethod();

function streamMethod() {
  const loaded = fromJSON(discoveryTypes(), { keepCase: true });
  const service = loaded['envoy.service.discovery.v3.AggregatedDiscoveryService'];
  const method =
    service !== undefined && !('format' in service) ? service.StreamAggregatedResources : undefined;
  if (method === undefined) throw new Error('no stream of discovery responses');
  return method;
}
