import { AGENT_RUNTIMES, refOf, type KubeObject } from '@omnia-policy/kube';
import { setTimeout as sleep } from 'node:timers/promises';
import { readProcessUsage } from '../../measure/process-usage.js';
import { programsOf, type BenchCluster, type ProgramName } from '../bench-cluster.js';
import { agentPolicy, numbered, toolPolicy, TOOLS, type Wanted } from '../cluster/cluster-objects.js';
import { countsSince, readRequestCounts, type RequestCounts } from '../probe/request-counts.js';
import { untilIdle } from './until-idle.js';

/** What changes of one sort cost. */
export interface ChangeCosts {
  readonly title: string;
  readonly changes: number;
  /** Of the operator, all changes together. */
  readonly requests: RequestCounts;
  /** By program, for one change; what it takes anyway is taken off. */
  readonly cpuMs: Readonly<Record<ProgramName, number>>;
  /** By program and change: how long it got to nothing else. Not measured where CPU is. */
  readonly blockMs: Readonly<Record<ProgramName, readonly number[]>>;
}

type Write = (cluster: BenchCluster, index: number) => Promise<unknown>;

interface Sort {
  readonly title: string;
  readonly changes: number;
  readonly apartMs: number;
  readonly change: Write;
}

export async function measureChangeCosts(cluster: BenchCluster): Promise<readonly ChangeCosts[]> {
  const { single, stream, settleMs } = cluster.scale.samples;
  const sorts: readonly Sort[] = [
    { title: 'ToolPolicy, one by one', changes: single, apartMs: settleMs, change: changeToolPolicy },
    { title: 'AgentPolicy, one by one', changes: single, apartMs: settleMs, change: changeAgentPolicy },
    { title: 'ToolPolicy, ten a second', changes: stream, apartMs: 100, change: changeToolPolicy },
    {
      title: 'status of an AgentRuntime, ten a second',
      ...{ changes: stream, apartMs: 100, change: changeAgentStatus },
    },
    { title: 'spec of an AgentRuntime, one by one', changes: single, apartMs: settleMs, change: changeAgent },
  ];
  const costs: ChangeCosts[] = [];
  const idle = await cpuOf(cluster, () => sleep(IDLE_MS));
  for (const sort of sorts) {
    costs.push(await costsOf(cluster, sort, { idle, elapsedMs: IDLE_MS }));
    cluster.report(`costs measured: ${sort.title}`);
  }
  return costs;
}

const IDLE_MS = 15_000;

interface Idle {
  readonly idle: Readonly<Record<ProgramName, number>>;
  readonly elapsedMs: number;
}

async function costsOf(cluster: BenchCluster, sort: Sort, { idle, elapsedMs }: Idle): Promise<ChangeCosts> {
  const { title, changes, apartMs, change } = sort;
  const { opsUrl } = cluster.mesh.operator;
  const isSingle = apartMs >= cluster.scale.samples.settleMs;
  const before = await readRequestCounts(opsUrl);
  const startMs = performance.now();
  const cpu = await cpuOf(cluster, async () => {
    for (let index = 0; index < changes; index++) {
      const nextMs = performance.now() + apartMs;
      await change(cluster, index);
      await sleep(Math.max(0, nextMs - performance.now()));
    }
    await untilIdle(cluster.mesh.operator);
  });
  const share = (performance.now() - startMs) / elapsedMs;
  const costOf = (name: ProgramName): number => Math.max(0, cpu[name] - idle[name] * share) / changes;
  return {
    ...{ title, changes, requests: countsSince(before, await readRequestCounts(opsUrl)) },
    cpuMs: { operator: costOf('operator'), 'ext-authz': costOf('ext-authz') },
    blockMs: isSingle ? await blocksOf(cluster, sort) : { operator: [], 'ext-authz': [] },
  };
}

const BLOCK_SAMPLES = 10;

async function blocksOf(
  cluster: BenchCluster,
  { changes, apartMs, change }: Sort,
): Promise<ChangeCosts['blockMs']> {
  const blocks: Record<ProgramName, number[]> = { operator: [], 'ext-authz': [] };
  for (let index = 0; index < Math.min(changes, BLOCK_SAMPLES); index++) {
    const written = (async () => {
      // Begins when both are being watched.
      await sleep(50);
      await change(cluster, changes + index);
      await sleep(apartMs);
    })();
    await Promise.all(
      programsOf(cluster).map(async ([name, { pid }]) =>
        blocks[name].push(await cluster.probe.longestBlockMs(pid, () => written)),
      ),
    );
  }
  return blocks;
}

/** Milliseconds that the programs took while something ran. */
async function cpuOf(
  cluster: BenchCluster,
  during: () => Promise<unknown>,
): Promise<Readonly<Record<ProgramName, number>>> {
  const { operator, extAuthz } = cluster.mesh;
  const spent = ({ pid }: { pid: number }): number => (readProcessUsage(pid)?.cpuMicros ?? 0) / 1000;
  const before = { operator: spent(operator), extAuthz: spent(extAuthz) };
  await during();
  return { operator: spent(operator) - before.operator, 'ext-authz': spent(extAuthz) - before.extAuthz };
}

/** Each about another policy, all over the cluster; the rule of each is another one each time. */
const changeToolPolicy: Write = (cluster, index) => {
  const { namespaces, registries } = cluster.scale;
  const registry = numbered('tools', registries)[index % registries] ?? '';
  const place = { namespace: placeOf(index, namespaces), name: `${registry}-policy-000`, registry };
  return write(cluster, toolPolicy({ ...place, index: 0, limit: nextLimit() }));
};

const changeAgentPolicy: Write = (cluster, index) => {
  const { namespaces, agentPolicies } = cluster.scale;
  const which = index % agentPolicies;
  const name = numbered('access', agentPolicies)[which] ?? '';
  const tools = TOOLS.slice(0, 1 + (nextLimit() % 4));
  const content = { namespace: placeOf(index, namespaces), name, index: which, tools };
  return write(cluster, agentPolicy(cluster.scale, content));
};

const changeAgentStatus: Write = ({ client, scale }, index) => {
  const metadata = { namespace: placeOf(index, scale.namespaces), name: 'agent-000' };
  const status = { phase: 'Running', replicas: { ready: nextLimit() } };
  const object: KubeObject = { ...AGENT_RUNTIME, metadata, status };
  return client.apply(AGENT_RUNTIMES, object, { subresource: 'status', force: true });
};

/** Other agents than those above: an account that an agent did not have before. */
const changeAgent: Write = ({ client, scale }, index) => {
  const metadata = { namespace: placeOf(index, scale.namespaces), name: 'agent-001' };
  const podOverrides = { serviceAccountName: `account-${String(nextLimit())}` };
  const object: KubeObject = { ...AGENT_RUNTIME, metadata, spec: { podOverrides } };
  return client.apply(AGENT_RUNTIMES, object, { force: true });
};

let limits = 500;

function nextLimit(): number {
  return ++limits;
}

/** Neighbours in time are no neighbours in the cluster. */
function placeOf(index: number, namespaces: number): string {
  return numbered('team', namespaces)[(index * 7) % namespaces] ?? '';
}

const AGENT_RUNTIME = { apiVersion: AGENT_RUNTIMES.apiVersion, kind: AGENT_RUNTIMES.kind };

/** As an editor does it: nothing of what was there stays. */
async function write({ client }: BenchCluster, { kind, object }: Wanted): Promise<void> {
  const stored = await client.get(kind, refOf(object));
  if (stored === undefined) throw new Error(`${kind.kind} ${object.metadata.name} is gone`);
  await client.replace(kind, { ...stored, spec: object.spec });
}
