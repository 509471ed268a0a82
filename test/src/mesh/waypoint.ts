import { gatewayApiCrds, installCrds } from '../cluster/crds.js';
import { startApiServer } from '../cluster/api-server.js';
import { connectProxy, type ConnectedProxy } from './connected-proxy.js';
import { startIstiod } from './istiod.js';
import type { Mesh, MeshOptions } from './mesh.js';
import { createPod } from './pod.js';

/** An API server and an istiod that knows the ambient mode: waypoints stand where the Gateway API says. */
export async function startAmbientMesh(options: MeshOptions): Promise<Mesh> {
  const apiServer = await startApiServer(options);
  // Istio looks for these once, when it starts.
  await installCrds(apiServer, gatewayApiCrds());
  const istiod = await startIstiod({
    apiServer,
    teardown: (end) => options.teardown?.(end),
    env: { PILOT_ENABLE_AMBIENT: 'true', PILOT_ENABLE_GATEWAY_API: 'true' },
  });
  return { apiServer, istiod };
}

export interface WaypointOptions extends MeshOptions {
  readonly mesh: Mesh;
  /** Must be there. */
  readonly namespace: string;
  /** Of the Gateway. */
  readonly name: string;
}

/**
 * A waypoint without its proxy: its Gateway with all that Istio's controller would make of it, and a connection that shows
 * the listeners which the proxy would get. Plain Envoy can't run them.
 */
export async function connectWaypoint({
  mesh,
  namespace,
  name,
  ...options
}: WaypointOptions): Promise<ConnectedProxy> {
  const { apiServer, istiod } = mesh;
  const labels = { 'gateway.networking.k8s.io/gateway-name': name };
  await apiServer.apply([gateway(namespace, name), service(namespace, name, labels)]);
  const addresses = [{ type: 'Hostname', value: `${name}.${namespace}.svc.cluster.local` }];
  const patch = ['patch', 'gateway', name, '-n', namespace, '--subresource=status', '--type=merge'];
  const { code, stderr } = await apiServer.kubectl([
    ...patch,
    '-p',
    JSON.stringify({ status: { addresses } }),
  ]);
  if (code !== 0) throw new Error(stderr);
  const podIp = `10.0.2.${++waypoints}`;
  const ports = [{ name: 'mesh', port: HBONE_PORT }];
  const pod = { namespace, name: `${name}-1`, labels };
  await createPod(apiServer, { ...pod, ip: podIp, endpointOf: { [name]: ports } });
  return connectProxy({
    ...{ istiod, teardown: (end) => options.teardown?.(end) },
    node: { type: 'waypoint', ...pod, podIp, serviceAccount: name },
  });
}

/** Labels of a Service whose callers go through a waypoint of its namespace. */
export function usesWaypoint(name: string): Readonly<Record<string, string>> {
  return { 'istio.io/use-waypoint': name };
}

/** Of a namespace in the ambient mode. */
export const AMBIENT_LABELS = { 'istio.io/dataplane-mode': 'ambient' };

const HBONE_PORT = 15_008;
let waypoints = 0;

function gateway(namespace: string, name: string): object {
  return {
    ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { namespace, name } },
    spec: {
      gatewayClassName: 'istio-waypoint',
      listeners: [{ name: 'mesh', port: HBONE_PORT, protocol: 'HBONE' }],
    },
  };
}

function service(namespace: string, name: string, labels: Readonly<Record<string, string>>): object {
  return {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace, name, labels } },
    spec: { selector: labels, ports: [{ name: 'mesh', port: HBONE_PORT, appProtocol: 'all' }] },
  };
}
