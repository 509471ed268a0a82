import { startAgentProgram, WANTED_TOOL } from './agent-program.js';
import { startAgentWorkload, type AgentWorkload } from './agent-workload.js';
import type { GovernedMesh } from './governed-mesh.js';
import type { MeshOptions } from './mesh.js';
import { send, type Answer } from '../send.js';
import { startToolWorkload, type ToolWorkload, type ToolWorkloadOptions } from './tool-workload.js';
import { tokenFor } from '../tool-call.js';

export interface GovernedToolOptions extends MeshOptions {
  readonly mesh: GovernedMesh;
  readonly namespace: string;
  /** Of the registry, and of the Service that serves all its tools. */
  readonly name: string;
  readonly tools: readonly string[];
  /** `http` or `mcp`. */
  readonly type?: string;
  readonly others?: NonNullable<ToolWorkloadOptions['others']>;
}

/** A tool service of a registry, with the pod that tells the operator of its sidecar. */
export async function startGovernedTool(options: GovernedToolOptions): Promise<ToolWorkload> {
  const { mesh, namespace, name, tools, type = 'http' } = options;
  const tool = await startToolWorkload(options);
  const service = { name, port: tool.port };
  await mesh.apiServer.apply([
    pod({ namespace, name: `${name}-0`, labels: tool.labels }),
    {
      ...{ apiVersion: OMNIA, kind: 'ToolRegistry', metadata: { namespace, name } },
      spec: {
        handlers: tools.map((called) => ({
          name: called.replaceAll('_', '-'),
          ...{ type, tool: { name: called }, service },
        })),
      },
    },
  ]);
  return tool;
}

const OMNIA = 'omnia.altairalabs.ai/v1alpha1';

export interface GovernedAgent extends AgentWorkload {
  /** What a user gets who asks the agent for a tool. */
  ask(wish: Wish): Promise<Answer>;
}

export interface Wish {
  readonly tool: string;
  readonly body?: unknown;
  /** Of the user's token; null: no token. */
  readonly claims?: Readonly<Record<string, unknown>> | null;
  readonly headers?: readonly [string, string][];
}

export interface GovernedAgentOptions extends MeshOptions {
  readonly mesh: GovernedMesh;
  readonly namespace: string;
  readonly name: string;
  readonly tool: ToolWorkload;
}

/** An AgentRuntime whose program calls the tools of one registry. */
export async function startGovernedAgent(options: GovernedAgentOptions): Promise<GovernedAgent> {
  const { mesh, namespace, name, tool } = options;
  const program = await startAgentProgram({ name, namespace, registry: tool.name });
  options.teardown?.(() => program.close());
  const labels = { 'app.kubernetes.io/instance': name, 'omnia.altairalabs.ai/component': 'agent' };
  await mesh.apiServer.apply([
    { ...{ apiVersion: OMNIA, kind: 'AgentRuntime', metadata: { namespace, name } }, spec: {} },
    pod({ namespace, name: `${name}-0`, labels }),
  ]);
  const agent = await startAgentWorkload({ ...options, programPort: program.port });
  program.leaveThrough((call) => agent.send(call));
  return { ...agent, ask: (wish) => send(agent.userUrl, userRequest(wish)) };
}

function userRequest({ tool, body, claims, headers = [] }: Wish): Parameters<typeof send>[1] {
  const token = claims === null ? [] : [authorization(claims ?? { sub: 'user-1' })];
  return {
    headers: [[WANTED_TOOL, tool], ['content-type', 'application/json'], ...token, ...headers],
    body: JSON.stringify(body ?? {}),
  };
}

function authorization(claims: Readonly<Record<string, unknown>>): [string, string] {
  return ['authorization', `Bearer ${tokenFor(claims)}`];
}

interface PodPlace {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** As injection leaves a pod. Nobody runs it: the sidecar that the test started stands for it. */
function pod({ namespace, name, labels }: PodPlace): object {
  const containers = ['program', 'istio-proxy'].map((container) => ({ name: container, image: 'none' }));
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels } },
    spec: { containers },
  };
}
