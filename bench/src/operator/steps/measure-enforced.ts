import { AGENT_POLICIES, TOOL_POLICIES, type KubeObject, type ResourceKind } from '@omnia-policy/kube';
import type { Answer } from '@omnia-policy/test/send.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { CALLED_TOOL, OTHER_TOOL, PLACE, type BenchCluster } from '../bench-cluster.js';

/** How long it took, from before the change was sent until calls through the real Envoys showed it; milliseconds. */
export interface EnforcedResult {
  /** A ToolPolicy, to deny and to allow in turn. */
  readonly toolPolicy: readonly number[];
  /** An AgentPolicy that takes a tool away: until ext-authz or the mesh refuses. */
  readonly agentPolicyRefused: readonly number[];
  /** Until the mesh itself refuses. */
  readonly refusedByMesh: readonly number[];
  /** An AgentPolicy that gives it back: until both let it pass. */
  readonly agentPolicyAllowed: readonly number[];
}

export async function measureEnforced(cluster: BenchCluster): Promise<EnforcedResult> {
  const { scale, report } = cluster;
  const result = { toolPolicy: [], agentPolicyRefused: [], refusedByMesh: [], agentPolicyAllowed: [] };
  const times: { -readonly [Key in keyof EnforcedResult]: number[] } = result;
  await change(cluster, toolPolicy(false));
  await change(cluster, agentPolicy([CALLED_TOOL, OTHER_TOOL]));
  await until(cluster, performance.now(), isAllowed);
  for (let turn = 0; turn < scale.samples.enforced; turn++) {
    const denies = turn % 2 === 0;
    const startMs = await changeAfterPause(cluster, toolPolicy(denies));
    times.toolPolicy.push(await until(cluster, startMs, denies ? isRefused : isAllowed));
  }
  await change(cluster, toolPolicy(false));
  await until(cluster, performance.now(), isAllowed);
  report('changes of a ToolPolicy measured');
  for (let turn = 0; turn < scale.samples.enforced; turn++) {
    const takenMs = await changeAfterPause(cluster, agentPolicy([OTHER_TOOL]));
    times.agentPolicyRefused.push(await until(cluster, takenMs, isRefused));
    times.refusedByMesh.push(await until(cluster, takenMs, isRefusedByMesh));
    const givenMs = await changeAfterPause(cluster, agentPolicy([CALLED_TOOL, OTHER_TOOL]));
    times.agentPolicyAllowed.push(await until(cluster, givenMs, isAllowed));
  }
  report('changes of an AgentPolicy measured');
  return times;
}

/** Not always the same time after what the last change left to do. */
const MOST_PAUSE_MS = 2000;
const POLL_MS = 10;
const PATIENCE_MS = 60_000;

async function changeAfterPause(cluster: BenchCluster, object: Change): Promise<number> {
  await sleep(Math.random() * MOST_PAUSE_MS);
  const startMs = performance.now();
  await change(cluster, object);
  return startMs;
}

/** @returns milliseconds since `startMs` */
async function until(
  cluster: BenchCluster,
  startMs: number,
  shows: (answer: Answer) => boolean,
): Promise<number> {
  for (;;) {
    const answer = await call(cluster);
    const nowMs = performance.now();
    if (shows(answer)) return nowMs - startMs;
    if (nowMs - startMs > PATIENCE_MS) {
      throw new Error(`a change never showed; the last answer: ${String(answer.status)} ${answer.text}`);
    }
    await sleep(POLL_MS);
  }
}

function call({ agent }: BenchCluster): Promise<Answer> {
  const headers: [string, string][] = [
    ['x-omnia-agent-name', PLACE.agent],
    ['x-omnia-namespace', PLACE.namespace],
    ['x-omnia-tool-registry', PLACE.registry],
    ['x-omnia-tool-name', CALLED_TOOL],
    ['content-type', 'application/json'],
  ];
  return agent.send({ headers, body: '{}' });
}

const isAllowed = ({ status }: Answer): boolean => status === 200;
const isRefused = ({ status }: Answer): boolean => status === 403;
const isRefusedByMesh = ({ text }: Answer): boolean => text === 'RBAC: access denied';

interface Change {
  readonly kind: ResourceKind;
  readonly name: string;
  readonly spec: object;
}

async function change({ client }: BenchCluster, { kind, name, spec }: Change): Promise<void> {
  const metadata = { namespace: PLACE.namespace, name };
  const object: KubeObject = { apiVersion: kind.apiVersion, kind: kind.kind, metadata, spec };
  await client.apply(kind, object, { force: true });
}

function toolPolicy(denies: boolean): Change {
  const deny = { cel: String(denies), message: 'Not now' };
  const spec = {
    selector: { registry: PLACE.registry, tools: [CALLED_TOOL] },
    rules: [{ name: 'switch', deny }],
  };
  return { kind: TOOL_POLICIES, name: 'switch', spec };
}

function agentPolicy(tools: readonly string[]): Change {
  const rules = [{ registry: PLACE.registry, tools }];
  const spec = { selector: { agents: [PLACE.agent] }, toolAccess: { mode: 'allowlist', rules } };
  return { kind: AGENT_POLICIES, name: 'access', spec };
}
