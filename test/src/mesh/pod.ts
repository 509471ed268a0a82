import type { ApiServer } from '../cluster/api-server.js';

/** A running pod as far as Istio looks at it: its address, and the Services that have it among their endpoints. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Names of Services, with the pod's port for each of their ports. */
  readonly endpointOf: Readonly<Record<string, readonly { readonly name: string; readonly port: number }[]>>;
}

/** Makes the pod and the EndpointSlices that a cluster's controllers would. */
export async function createPod(apiServer: ApiServer, pod: Pod): Promise<void> {
  const { namespace, name, ip, labels, endpointOf } = pod;
  await apiServer.apply([
    {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels } },
      spec: { containers: [{ name: 'main', image: 'none' }], automountServiceAccountToken: false },
    },
    ...Object.entries(endpointOf).map(([service, ports]) => ({
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4', ports },
      metadata: { namespace, name: `${service}-${name}`, labels: { 'kubernetes.io/service-name': service } },
      endpoints: [
        { addresses: [ip], conditions: { ready: true }, targetRef: { kind: 'Pod', namespace, name } },
      ],
    })),
  ]);
  const status = {
    phase: 'Running',
    podIP: ip,
    podIPs: [{ ip }],
    conditions: [{ type: 'Ready', status: 'True' }],
  };
  const patch = ['patch', 'pod', name, '-n', namespace, '--subresource=status', '--type=merge'];
  const { code, stderr } = await apiServer.kubectl([...patch, '-p', JSON.stringify({ status })]);
  if (code !== 0) throw new Error(stderr);
}
