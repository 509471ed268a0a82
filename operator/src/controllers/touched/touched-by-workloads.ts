import { refText } from '@omnia-policy/kube';
import { isDeepStrictEqual } from 'node:util';
import type { World } from '../../model/world.js';
import type { ToolWorkload } from '../../plan/tool-workload.js';
import { keyText } from '../key.js';

/**
 * What is to be planned again when ToolRegistries or Services have changed: the workloads that came, went or are others
 * now, and the AgentPolicies that have rules on them.
 */
export function touchedByWorkloads(
  before: readonly ToolWorkload[],
  after: readonly ToolWorkload[],
  world: World,
): Set<string> {
  const former = byRef(before);
  const present = byRef(after);
  const changed = [...new Set([...former.keys(), ...present.keys()])].filter(
    (ref) => !isDeepStrictEqual(former.get(ref), present.get(ref)),
  );
  const workloads = changed.flatMap((ref) => [former.get(ref), present.get(ref)]);
  return new Set(workloads.flatMap((workload) => (workload ? touchedByWorkload(workload, world) : [])));
}

/** A workload, the AgentPolicies of the namespaces whose registries it serves, and the ToolPolicies of these. */
export function touchedByWorkload(workload: ToolWorkload, world: World): string[] {
  return [keyText('ToolWorkload', workload.ref), ...policiesAbout(workload, world)];
}

export function policiesAbout({ registries }: ToolWorkload, world: World): string[] {
  const namespaces = new Set(registries.map(({ namespace }) => namespace));
  return [
    ...[...namespaces].flatMap((namespace) =>
      world.agentPolicies.inNamespace(namespace).map((policy) => keyText('AgentPolicy', policy.ref)),
    ),
    ...registries.flatMap(({ namespace, name }) =>
      world.policySet.registryPolicies(namespace, name).map((policy) => keyText('ToolPolicy', policy.ref)),
    ),
  ];
}

function byRef(workloads: readonly ToolWorkload[]): Map<string, ToolWorkload> {
  return new Map(workloads.map((workload) => [refText(workload.ref), workload]));
}
