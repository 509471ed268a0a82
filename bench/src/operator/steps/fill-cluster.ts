import type { BenchCluster } from '../bench-cluster.js';
import { namespaceObjects, platformObjects, policyObjects, type Wanted } from '../cluster/cluster-objects.js';
import { inParallel } from '../cluster/in-parallel.js';
import { totalsOf } from '../scale.js';

export interface FillResult {
  readonly objects: number;
  readonly fillMs: number;
  /** From the last creation until everything was Active. */
  readonly activeMs: number;
  /** The same until ext-authz was reported to enforce every ToolPolicy. */
  readonly enforcedMs: number;
}

/** Creates everything while the operator and ext-authz run, policies last. */
export async function fillCluster(cluster: BenchCluster): Promise<FillResult> {
  const { scale, report, progress } = cluster;
  for (const group of namespaceObjects(scale)) await createAll(cluster, group);
  const platform = platformObjects(scale);
  const policies = policyObjects(scale);
  const startMs = performance.now();
  await createAll(cluster, platform);
  report(`${String(platform.length)} objects of the platform created`);
  await createAll(cluster, policies);
  const filledMs = performance.now();
  report(`${String(policies.length)} policies created, ${String(progress.active)} of them Active`);
  const { toolPolicies, agentPolicies } = totalsOf(scale);
  const activeMs = await progress.untilAllActive(toolPolicies + agentPolicies);
  const enforcedMs = await progress.untilEnforced(toolPolicies);
  return {
    objects: platform.length + policies.length,
    fillMs: filledMs - startMs,
    activeMs: activeMs - filledMs,
    enforcedMs: enforcedMs - filledMs,
  };
}

export async function createAll({ client }: BenchCluster, objects: readonly Wanted[]): Promise<void> {
  await inParallel(objects, ({ kind, object }) => client.create(kind, object));
}
