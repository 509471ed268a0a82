import { freePorts } from '../free-ports.js';
import { send, type Answer, type Call } from '../send.js';
import type { Mesh, MeshOptions } from './mesh.js';
import { startSidecar, type Sidecar } from './sidecar.js';
import type { ToolWorkload } from './tool-workload.js';

/** An agent's pod, as far as the mesh sees it: the real Envoy, through which the test sends the agent's calls. */
export interface AgentWorkload {
  readonly principal: string;
  /** Leaves through the agent's sidecar, with its certificate, to the tool's. */
  send(call: Omit<Call, 'host'>): Promise<Answer>;
  readonly sidecar: Sidecar;
}

export interface AgentWorkloadOptions extends MeshOptions {
  readonly mesh: Mesh;
  /** Must be there. */
  readonly namespace: string;
  /** Of the agent; its account is `<name>-facade`, and made here. */
  readonly name: string;
  readonly tool: ToolWorkload;
}

export async function startAgentWorkload(options: AgentWorkloadOptions): Promise<AgentWorkload> {
  const { mesh, namespace, name, tool } = options;
  const [port = 0] = await freePorts(1);
  const place = { namespace, name, port, host: `${tool.name}.${name}.test` };
  const serviceAccount = `${name}-facade`;
  const labels = { 'app.kubernetes.io/instance': name, 'omnia.altairalabs.ai/component': 'agent' };
  await mesh.apiServer.apply([
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: serviceAccount } },
    route(place, tool),
    egress(place, tool),
  ]);
  const sidecar = await startSidecar({
    ...{ ...mesh, namespace, serviceAccount, name, labels },
    teardown: (end) => options.teardown?.(end),
  });
  return {
    principal: sidecar.principal,
    send: (call) => send(`http://127.0.0.1:${port}`, { ...call, host: place.host }),
    sidecar,
  };
}

interface Place {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  readonly host: string;
}

/**
 * The tool as this agent sees it. An endpoint of a Service may not be on loopback, that of a ServiceEntry may; its label
 * says that mTLS is spoken there, its account (of the tool's namespace) whose certificate it must show. Istio binds the
 * entry's port on loopback.
 */
function route({ namespace, name, port, host }: Place, tool: ToolWorkload): object {
  return {
    ...{ apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry' },
    metadata: { namespace: tool.namespace, name: `${namespace}-${name}` },
    spec: {
      hosts: [host],
      ...{ location: 'MESH_INTERNAL', resolution: 'STATIC', exportTo: [namespace] },
      ports: [{ number: port, name: 'http', protocol: 'HTTP' }],
      endpoints: [
        {
          ...{ address: '127.0.0.1', ports: { http: tool.port } },
          labels: { 'security.istio.io/tlsMode': 'istio' },
          serviceAccount: tool.serviceAccount,
        },
      ],
    },
  };
}

function egress({ namespace, name, host }: Place, tool: ToolWorkload): object {
  return {
    ...{ apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { namespace, name } },
    spec: {
      workloadSelector: { labels: { 'app.kubernetes.io/instance': name } },
      egress: [{ hosts: [`${tool.namespace}/${host}`] }],
      outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
    },
  };
}
