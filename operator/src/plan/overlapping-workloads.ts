import { refText } from '@omnia-policy/kube';
import type { World } from '../model/world.js';
import { byRef, distinctRefs, distinctTexts } from './order.js';
import { isSelected, selectPods } from './select-pods.js';
import type { ToolWorkload } from './tool-workload.js';

/**
 * Selectors of which neither contains the other can still mean the same pods. These get the filters of both workloads, and
 * settings that both have for one filter are those of either: so each judges by the registries of all.
 */
export function withSharedRegistries(
  world: World,
  workloads: readonly ToolWorkload[],
): readonly ToolWorkload[] {
  return clusters(workloads, sharers(world, workloads)).flatMap((members) =>
    members.length === 1 ? members : members.map((member) => joined(member, members)),
  );
}

function joined(workload: ToolWorkload, members: readonly ToolWorkload[]): ToolWorkload {
  const others = members.filter((other) => other !== workload);
  return {
    ...workload,
    registries: distinctRefs(members.flatMap(({ registries }) => registries)),
    overlaps: distinctTexts(others.map(({ ref }) => ref.name)),
  };
}

/** Sets of workloads that select one and the same pod. */
function sharers(world: World, workloads: readonly ToolWorkload[]): readonly ToolWorkload[][] {
  const byPod = new Map<string, ToolWorkload[]>();
  for (const namespace of distinctTexts(workloads.map(({ ref }) => ref.namespace))) {
    const own = workloads.filter(({ ref }) => ref.namespace === namespace);
    if (own.length === 1) continue;
    for (const workload of own) {
      for (const { ref } of selectPods(world, namespace, workload.selector)) {
        const known = byPod.get(refText(ref));
        if (known) known.push(workload);
        else byPod.set(refText(ref), [workload]);
      }
    }
  }
  return [...byPod.values(), ...workloads.map((workload) => wideOnes(workload, workloads))];
}

/** A narrow Service may be within several: then its pods are those of all of them, also when there are none yet. */
function wideOnes({ ref, services }: ToolWorkload, workloads: readonly ToolWorkload[]): ToolWorkload[] {
  return workloads.filter(
    (other) =>
      other.ref.namespace === ref.namespace &&
      services.some(({ selector }) => selector !== undefined && isSelected(selector, other.selector)),
  );
}

/** What is connected by some set, by whatever way, is together. */
function clusters(
  workloads: readonly ToolWorkload[],
  sets: readonly (readonly ToolWorkload[])[],
): readonly ToolWorkload[][] {
  const clusterOf = new Map(workloads.map((workload) => [workload, [workload]]));
  for (const [first, ...others] of sets) {
    for (const other of others) {
      const one = first && clusterOf.get(first);
      const two = clusterOf.get(other);
      if (one === undefined || two === undefined || one === two) continue;
      one.push(...two);
      for (const member of two) clusterOf.set(member, one);
    }
  }
  return [...new Set(clusterOf.values())].map((members) => members.sort(byRef));
}
