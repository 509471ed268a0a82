import { createServer, type AddressInfo } from 'node:net';
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
  /** What else its pods listen on, beside the tools; ports of the same Service. */
  readonly others: readonly OtherPort[];
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly sidecar: Sidecar;
}

export interface OtherPort {
  /** As Istio has it, with the protocol before the first `-`. */
  readonly name: string;
  readonly protocol: 'HTTP' | 'TCP';
  readonly port: number;
}

export interface ToolWorkloadOptions extends MeshOptions {
  readonly mesh: Mesh;
  /** Must be there. */
  readonly namespace: string;
  readonly name: string;
  /** Ports beside that of the tools; HTTP ones answer as the tools do, TCP ones send back what they get. */
  readonly others?: readonly Omit<OtherPort, 'port'>[];
}

/** With its Service, which selects the label `app: <name>`. */
export async function startToolWorkload(options: ToolWorkloadOptions): Promise<ToolWorkload> {
  const { mesh, namespace, name } = options;
  const [port = 0, ...otherPorts] = await freePorts(1 + (options.others?.length ?? 0));
  const others = (options.others ?? []).map((one, index) => ({ ...one, port: otherPorts[index] ?? 0 }));
  const teardown = (end: () => Promise<void>): void => {
    options.teardown?.(end);
  };
  const { address, close } = await startDemoTools({ host: '127.0.0.1', port: 0 });
  teardown(close);
  const echoPort = others.some(({ protocol }) => protocol === 'TCP') ? await startEcho(teardown) : 0;
  const labels = { app: name };
  const ports: readonly OtherPort[] = [{ name: 'http', protocol: 'HTTP', port }, ...others];
  const served = { HTTP: address.port, TCP: echoPort };
  await mesh.apiServer.apply([
    service({ namespace, name, ports }),
    ingress({ namespace, name, ports }, served),
  ]);
  const serviceAccount = 'default';
  const workload = { namespace, name, labels, serviceAccount };
  const sidecar = await startSidecar({ ...mesh, ...workload, teardown });
  return { ...workload, port, others, sidecar };
}

/** A database, for all that a proxy can tell: every byte comes back. */
async function startEcho(teardown: (end: () => Promise<void>) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy()).pipe(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  teardown(
    () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  );
  return (server.address() as AddressInfo).port;
}

interface Place {
  readonly namespace: string;
  readonly name: string;
  readonly ports: readonly OtherPort[];
}

function service({ namespace, name, ports }: Place): object {
  return {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace, name } },
    spec: {
      selector: { app: name },
      ports: ports.map((one) => ({ name: one.name, port: one.port, targetPort: one.port })),
    },
  };
}

/** Without iptables a port must be named for Istio to listen on it. */
function ingress(
  { namespace, name, ports }: Place,
  served: Readonly<Record<'HTTP' | 'TCP', number>>,
): object {
  return {
    ...{ apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { namespace, name } },
    spec: {
      workloadSelector: { labels: { app: name } },
      ingress: ports.map((one) => ({
        port: { number: one.port, protocol: one.protocol, name: one.name },
        ...{ bind: '127.0.0.1', defaultEndpoint: `127.0.0.1:${served[one.protocol]}` },
      })),
      egress: [{ hosts: ['~/*'] }],
    },
  };
}
