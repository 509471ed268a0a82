import { freePorts } from '../free-ports.js';
import { send, type Answer, type Call } from '../send.js';
import type { Mesh, MeshOptions } from './mesh.js';
import { startSidecar, type Sidecar } from './sidecar.js';
import type { OtherPort, ToolWorkload } from './tool-workload.js';

/** An agent's pod, as far as the mesh sees it: the real Envoy, through which the test sends the agent's calls. */
export interface AgentWorkload {
  readonly principal: string;
  /** Leaves through the agent's sidecar, with its certificate, to the tool's. */
  send(call: Omit<Call, 'host'>): Promise<Answer>;
  /** By name of the tool workload's other ports: where they are on loopback, through both sidecars. */
  readonly others: Readonly<Record<string, number>>;
  /** Where users' requests to the agent's program arrive; its sidecar is before it. */
  readonly userUrl: string;
  readonly sidecar: Sidecar;
}

export interface AgentWorkloadOptions extends MeshOptions {
  readonly mesh: Mesh;
  /** Must be there. */
  readonly namespace: string;
  /** Of the agent; its account is `<name>-facade`, and made here. */
  readonly name: string;
  readonly tool: ToolWorkload;
  /** Where the agent's own program listens on loopback, for requests of users. */
  readonly programPort?: number;
}

export async function startAgentWorkload(options: AgentWorkloadOptions): Promise<AgentWorkload> {
  const { mesh, namespace, name, tool } = options;
  const [port = 0, userPort = 0, ...otherPorts] = await freePorts(2 + tool.others.length);
  const others = tool.others.map((one, index) => ({ ...one, leaves: otherPorts[index] ?? 0 }));
  const place = { namespace, name, port, userPort, host: `${tool.name}.${name}.test`, others };
  const serviceAccount = `${name}-facade`;
  const labels = { 'app.kubernetes.io/instance': name, 'omnia.altairalabs.ai/component': 'agent' };
  await mesh.apiServer.apply([
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: serviceAccount } },
    route(place, tool),
    scope(place, options),
    usersWithoutCertificates(place),
  ]);
  const sidecar = await startSidecar({
    ...{ ...mesh, namespace, serviceAccount, name, labels },
    teardown: (end) => options.teardown?.(end),
  });
  return {
    principal: sidecar.principal,
    send: (call) => send(`http://127.0.0.1:${port}`, { ...call, host: place.host }),
    others: Object.fromEntries(others.map((one) => [one.name, one.leaves])),
    userUrl: `http://127.0.0.1:${userPort}`,
    sidecar,
  };
}

interface Place {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  readonly userPort: number;
  readonly host: string;
  readonly others: readonly (OtherPort & { readonly leaves: number })[];
}

/**
 * The tool as this agent sees it. An endpoint of a Service may not be on loopback, that of a ServiceEntry may; its label
 * says that mTLS is spoken there, its account (of the tool's namespace) whose certificate it must show. Istio binds the
 * entry's port on loopback.
 */
function route({ namespace, name, port, host, others }: Place, tool: ToolWorkload): object {
  const ports = [{ name: 'http', protocol: 'HTTP', port: tool.port, leaves: port }, ...others];
  return {
    ...{ apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry' },
    metadata: { namespace: tool.namespace, name: `${namespace}-${name}` },
    spec: {
      hosts: [host],
      ...{ location: 'MESH_INTERNAL', resolution: 'STATIC', exportTo: [namespace] },
      ports: ports.map((one) => ({ number: one.leaves, name: one.name, protocol: one.protocol })),
      endpoints: [
        {
          ...{ address: '127.0.0.1', ports: Object.fromEntries(ports.map((one) => [one.name, one.port])) },
          labels: { 'security.istio.io/tlsMode': 'istio' },
          serviceAccount: tool.serviceAccount,
        },
      ],
    },
  };
}

function scope({ namespace, name, host, userPort }: Place, options: AgentWorkloadOptions): object {
  const { tool, programPort } = options;
  return {
    ...{ apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { namespace, name } },
    spec: {
      workloadSelector: { labels: { 'app.kubernetes.io/instance': name } },
      ...(programPort !== undefined && { ingress: [ingress(userPort, programPort)] }),
      egress: [{ hosts: [`${tool.namespace}/${host}`] }],
      outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
    },
  };
}

function ingress(port: number, programPort: number): object {
  return {
    port: { number: port, protocol: 'HTTP', name: 'http' },
    ...{ bind: '127.0.0.1', defaultEndpoint: `127.0.0.1:${programPort}` },
  };
}

/** Users come as they would come through a gateway, only without its certificate. */
function usersWithoutCertificates({ namespace, name }: Place): object {
  return {
    ...{ apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { namespace, name } },
    spec: {
      selector: { matchLabels: { 'app.kubernetes.io/instance': name } },
      mtls: { mode: 'PERMISSIVE' },
    },
  };
}
