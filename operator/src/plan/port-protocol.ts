import type { ServicePort } from '../model/objects.js';

/** What Istio takes a port for; `detected`: it looks at each connection. */
export type PortProtocol = 'http' | 'detected' | 'other';

/** Istio's words for the protocols of ports. */
const HTTP: ReadonlySet<string> = new Set(['http', 'http2', 'grpc', 'grpc-web', 'h2c', 'ws']);
const OTHER: ReadonlySet<string> = new Set([
  ...['https', 'tls', 'tcp', 'udp', 'wss', 'hbone', 'double_hbone'],
  ...['mongo', 'mysql', 'redis', 'thrift'],
]);

/** Ports of server-first protocols (SMTP, DNS, MySQL, MongoDB): never looked at. */
const SERVER_FIRST: ReadonlySet<number> = new Set([25, 53, 3306, 27_017]);

/** By `appProtocol`, else by the part of the name before the first `-`. */
export function portProtocol(port: ServicePort): PortProtocol {
  if (port.protocol !== 'TCP') return 'other';
  const application = port.appProtocol.toLowerCase().replace(/^kubernetes\.io\//, '');
  const word = application === '' ? protocolOfName(port.name.toLowerCase()) : application;
  if (HTTP.has(word)) return 'http';
  if (OTHER.has(word)) return 'other';
  return SERVER_FIRST.has(port.port) ? 'other' : 'detected';
}

function protocolOfName(name: string): string {
  return name.startsWith('grpc-web') ? 'grpc-web' : (name.split('-')[0] ?? '');
}
