import {
  AUTHORIZATION_POLICIES,
  ENVOY_FILTERS,
  refOf,
  REQUEST_AUTHENTICATIONS,
  type ObjectRef,
  type ResourceKind,
} from '@omnia-policy/kube';
import type { BenchCluster } from '../bench-cluster.js';
import { policyObjects } from '../cluster/cluster-objects.js';
import { inParallel } from '../cluster/in-parallel.js';
import { readRequestCounts, type RequestCounts } from '../probe/request-counts.js';
import { totalsOf } from '../scale.js';
import { createAll } from './fill-cluster.js';
import { untilIdle } from './until-idle.js';

export interface StartResult {
  readonly readyMs: number;
  /** Until the last policy was Active; where all were from the start, until nothing was left to do. */
  readonly doneMs: number;
  /** From the start until nothing was left to do. */
  readonly requests: RequestCounts;
}

/** The operator comes to a full cluster that never had one: no statuses, none of its objects. */
export async function startOnFullCluster(cluster: BenchCluster): Promise<StartResult> {
  const { mesh, scale, progress, report } = cluster;
  await mesh.operator.stop();
  await removeTraces(cluster);
  report('the operator starts on the full cluster');
  const { toolPolicies, agentPolicies } = totalsOf(scale);
  const startMs = performance.now();
  const active = progress.untilAllActive(toolPolicies + agentPolicies);
  await mesh.operator.start();
  const readyMs = performance.now() - startMs;
  const doneMs = (await active) - startMs;
  await progress.untilEnforced(toolPolicies);
  await untilIdle(mesh.operator);
  return { readyMs, doneMs, requests: await readRequestCounts(mesh.operator.opsUrl) };
}

/** The operator comes back to a cluster where all is as it should be. */
export async function restartOperator({ mesh, report }: BenchCluster): Promise<StartResult> {
  await mesh.operator.stop();
  report('the operator starts again');
  const startMs = performance.now();
  await mesh.operator.start();
  const readyMs = performance.now() - startMs;
  const doneMs = (await untilIdle(mesh.operator)) - startMs;
  return { readyMs, doneMs, requests: await readRequestCounts(mesh.operator.opsUrl) };
}

const EMITTED = [AUTHORIZATION_POLICIES, ENVOY_FILTERS, REQUEST_AUTHENTICATIONS];

/** Policies are created anew, so that they have no status. */
async function removeTraces(cluster: BenchCluster): Promise<void> {
  const { client, scale } = cluster;
  for (const kind of EMITTED) {
    const refs = await refsOf(cluster, kind);
    await inParallel(refs, (ref) => client.delete(kind, ref));
  }
  const policies = policyObjects(scale);
  await inParallel(policies, ({ kind, object }) => client.delete(kind, refOf(object)));
  await createAll(cluster, policies);
}

async function refsOf({ client }: BenchCluster, kind: ResourceKind): Promise<ObjectRef[]> {
  const refs: ObjectRef[] = [];
  const scope = { labelSelector: 'app.kubernetes.io/managed-by=omnia-policy-operator', metadataOnly: true };
  await client.list(kind, scope, (items) => {
    refs.push(...items.map(refOf));
  });
  return refs;
}
