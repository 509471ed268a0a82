import { startDemoTools } from '@omnia-policy/cli';
import { freePorts } from '../free-ports.js';
import type { Mesh, MeshOptions } from './mesh.js';
import { startSidecar, type Sidecar } from './sidecar.js';

/** A tool service in the mesh: answers with what it received (see `startDemoTools`), behind the real Envoy. */
export interface ToolWorkload {
  readonly namespace: string;
  readonly name: string;
  /** The port on which its sidecar takes calls; the Service's port and target port. */
  readonly port: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly sidecar: Sidecar;
}

export interface ToolWorkloadOptions extends MeshOptions {
  readonly mesh: Mesh;
  /** Must be there. */
  readonly namespace: string;
  readonly name: string;
}

/** With its Service, which selects the label `app: <name>`. */
export async function startToolWorkload(options: ToolWorkloadOptions): Promise<ToolWorkload> {
  const { mesh, namespace, name } = options;
  const teardown = (end: () => Promise<void>): void => {
    options.teardown?.(end);
  };
  const { address, close } = await startDemoTools({ host: '127.0.0.1', port: 0 });
  teardown(close);
  const [port = 0] = await freePorts(1);
  const labels = { app: name };
  await mesh.apiServer.apply([
    service({ namespace, name, port }),
    ingress({ namespace, name, port }, address.port),
  ]);
  const serviceAccount = 'default';
  const workload = { namespace, name, labels, serviceAccount };
  const sidecar = await startSidecar({ ...mesh, ...workload, teardown });
  return { ...workload, port, sidecar };
}

interface Place {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

function service({ namespace, name, port }: Place): object {
  return {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace, name } },
    spec: { selector: { app: name }, ports: [{ name: 'http', port, targetPort: port }] },
  };
}

/** Without iptables a port must be named for Istio to listen on it. */
function ingress({ namespace, name, port }: Place, servedPort: number): object {
  return {
    ...{ apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { namespace, name } },
    spec: {
      workloadSelector: { labels: { app: name } },
      ingress: [
        {
          port: { number: port, protocol: 'HTTP', name: 'http' },
          ...{ bind: '127.0.0.1', defaultEndpoint: `127.0.0.1:${servedPort}` },
        },
      ],
      egress: [{ hosts: ['~/*'] }],
    },
  };
}
