/** Where a handler's endpoint leads to. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  ws: 80,
  https: 443,
  wss: 443,
  grpc: 80,
  grpcs: 443,
};

/** Of `http://host:port/path` or, as gRPC handlers have it, `host:port`; undefined for what is neither. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const [, scheme = 'grpc', authority = ''] =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)/i.exec(text.trim()) ?? [];
  const [, host, port] = /^(?:[^@]*@)?([a-z0-9.-]+)(?::(\d{1,5}))?$/i.exec(authority) ?? [];
  if (host === undefined) return undefined;
  return {
    host: host.toLowerCase(),
    port: port === undefined ? (DEFAULT_PORTS[scheme.toLowerCase()] ?? 80) : Number(port),
  };
}

/** The Service that a host may mean, as DNS inside of a cluster has it. */
export interface ServiceHost {
  readonly namespace: string;
  readonly name: string;
  /** `a.b` may also be a host outside of the cluster: whether the Service exists decides. */
  readonly isCertain: boolean;
}

/** @param namespace of the one that names the host, where a single label is looked up */
export function serviceOfHost(host: string, namespace: string): ServiceHost | undefined {
  const [name = '', second, third, ...rest] = host.replace(/\.$/, '').split('.');
  if (name === '' || /^\d+$/.test(rest.at(-1) ?? '')) return undefined;
  if (second === undefined) return name === 'localhost' ? undefined : { namespace, name, isCertain: true };
  if (third === undefined) return { namespace: second, name, isCertain: false };
  if (third !== 'svc') return undefined;
  const domain = rest.join('.');
  return domain === '' || domain === CLUSTER_DOMAIN
    ? { namespace: second, name, isCertain: true }
    : undefined;
}

export const CLUSTER_DOMAIN = 'cluster.local';
