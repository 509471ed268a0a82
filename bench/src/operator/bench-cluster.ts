import { createKubeClient, type ConnectedKubeClient } from '@omnia-policy/kube';
import { startGovernedMesh, type GovernedMesh, type Program } from '@omnia-policy/test/mesh/governed-mesh.js';
import {
  startGovernedAgent,
  startGovernedTool,
  type GovernedAgent,
} from '@omnia-policy/test/mesh/governed-workloads.js';
import { watchPolicies, type PolicyProgress } from './cluster/policy-progress.js';
import { startProbe, type Probe } from './probe/probe.js';
import type { Scale } from './scale.js';

/** A cluster with its mesh, our programs, and one agent that can really call one tool service. */
export interface BenchCluster {
  readonly scale: Scale;
  readonly mesh: GovernedMesh;
  /** The administrator's. */
  readonly client: ConnectedKubeClient;
  readonly progress: PolicyProgress;
  readonly probe: Probe;
  readonly agent: GovernedAgent;
  readonly report: (line: string) => void;
}

/** Where the agent and its tools are; what fills the cluster is in other namespaces. */
export const PLACE = { namespace: 'production', agent: 'support', registry: 'customer-tools' } as const;
export const CALLED_TOOL = 'search';
export const OTHER_TOOL = 'lookup';

export interface BenchClusterOptions {
  readonly scale: Scale;
  readonly teardown: (end: () => Promise<void>) => void;
  readonly report: (line: string) => void;
}

/** Half of the chart's limit, which Node takes by itself in a container of that size: on a large machine garbage lies longer. */
const HEAP_MIB = 384;

export async function startBenchCluster(options: BenchClusterOptions): Promise<BenchCluster> {
  const { scale, teardown, report } = options;
  const ending = new AbortController();
  const probe = startProbe([`--max-old-space-size=${String(HEAP_MIB)}`]);
  teardown(() => {
    probe.close();
    return Promise.resolve();
  });
  const mesh = await startGovernedMesh({ teardown });
  const client = await createKubeClient({
    kubeconfig: mesh.apiServer.kubeconfig,
    fieldManager: 'omnia-bench',
  });
  teardown(() => {
    ending.abort();
    client.close();
    return Promise.resolve();
  });
  const { namespace, registry, agent: agentName } = PLACE;
  await mesh.apiServer.createNamespace(namespace, { 'istio-injection': 'enabled' });
  const started = { mesh, namespace, teardown };
  const tool = await startGovernedTool({ ...started, name: registry, tools: [CALLED_TOOL, OTHER_TOOL] });
  const agent = await startGovernedAgent({ ...started, name: agentName, tool });
  const progress = watchPolicies(client, ending.signal);
  return { scale, mesh, client, progress, probe, agent, report };
}

/** Our two programs, as the report calls them. */
export function programsOf({ mesh }: BenchCluster): readonly (readonly [ProgramName, Program])[] {
  return [
    ['operator', mesh.operator],
    ['ext-authz', mesh.extAuthz],
  ];
}

export type ProgramName = 'operator' | 'ext-authz';
