/** What makes a sidecar one workload's. */
export interface SidecarIdentity {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Of the pod that there would be. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface BootstrapOptions extends SidecarIdentity {
  /** The pod's address. Nothing listens there: by it Istio tells the proxies apart. */
  readonly podIp: string;
  readonly adminPort: number;
  /** Unix sockets of the agent beside it. */
  readonly xdsSocket: string;
  readonly sdsSocket: string;
}

/**
 * Envoy's bootstrap as Istio's agent would write it, without what listens on all addresses. Interception mode NONE: no
 * iptables, so Istio makes listeners for the ports of a `Sidecar` object's ingress and for services in its egress.
 */
export function sidecarBootstrap(options: BootstrapOptions): object {
  const { namespace, name, podIp, adminPort } = options;
  const ads = { ads: {}, initial_fetch_timeout: '0s', resource_api_version: 'V3' };
  return {
    node: {
      id: `sidecar~${podIp}~${name}.${namespace}~${namespace}.svc.cluster.local`,
      cluster: `${name}.${namespace}`,
      metadata: nodeMetadata(options),
    },
    admin: { address: loopback(adminPort) },
    dynamic_resources: {
      ads_config: {
        ...{ api_type: 'GRPC', transport_api_version: 'V3', set_node_on_first_message_only: true },
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds-grpc' } }],
      },
      ...{ cds_config: ads, lds_config: ads },
    },
    static_resources: {
      clusters: [socketCluster('xds-grpc', options.xdsSocket), socketCluster('sds-grpc', options.sdsSocket)],
    },
  };
}

function nodeMetadata({ namespace, serviceAccount, labels, name, podIp }: BootstrapOptions): object {
  return {
    ...{ NAMESPACE: namespace, SERVICE_ACCOUNT: serviceAccount, NAME: name, LABELS: labels },
    ...{
      INTERCEPTION_MODE: 'NONE',
      ISTIO_VERSION: '1.31.1',
      CLUSTER_ID: 'Kubernetes',
      MESH_ID: 'cluster.local',
    },
    ...{ INSTANCE_IPS: podIp, PROXY_CONFIG: {} },
  };
}

function socketCluster(name: string, path: string): object {
  return {
    ...{ name, type: 'STATIC', connect_timeout: '1s' },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path } } } }] }],
    },
  };
}

function loopback(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}
