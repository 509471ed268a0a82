import type { ObjectRef } from '@omnia-policy/kube';
import type { ClusterCaches } from '../caches/watch-cluster.js';
import type { World } from '../model/world.js';
import { toolWorkloads } from '../plan/tool-workload.js';
import { agentNamespaceKey, keyText, parseKey, type KeyKind } from './key.js';

/** Everything that there is something to plan for, and every owner of an object that was emitted: it may be gone. */
export function allKeys({ emitted }: Pick<ClusterCaches, 'emitted'>, world: World): Set<string> {
  const keysOf = (kind: KeyKind, objects: readonly { readonly ref: ObjectRef }[]): string[] =>
    objects.map(({ ref }) => keyText(kind, ref));
  const agents = world.agents.all();
  const owners = emitted.flatMap((cache) => cache.all()).map(({ owner }) => owner);
  return new Set([
    // First what many policies tell of.
    ...keysOf('ToolWorkload', toolWorkloads(world)),
    ...agents.map(({ ref }) => agentNamespaceKey(ref.namespace)),
    ...keysOf('ToolPolicy', world.toolPolicies.all()),
    ...keysOf('AgentPolicy', world.agentPolicies.all()),
    ...keysOf('PrivacyPolicy', world.privacyPolicies.all()),
    ...keysOf('Workspace', world.workspaces.all()),
    ...keysOf('Agent', agents),
    ...owners.filter((owner) => parseKey(owner) !== undefined),
  ]);
}
