import type { World } from '../../model/world.js';
import { toolWorkloadOf, workloadsOfNamespace } from '../../plan/tool-workload.js';
import { keyText, type Key } from '../key.js';
import { policiesAbout } from './touched-by-workloads.js';

/** The policies that tell in their status what became of an attachment. */
export function touchedByAttachment({ kind, ref }: Key, world: World): string[] {
  switch (kind) {
    case 'ToolWorkload': {
      const workload = toolWorkloadOf(world, ref);
      return workload === undefined ? [] : policiesAbout(workload, world);
    }
    case 'AgentNamespace':
      return [
        ...claimForwarders(world.policySet.namespaceAgentPolicies(ref.name)),
        ...workloadsOfNamespace(world, ref.name).flatMap(({ registries }) =>
          registries.flatMap(({ namespace, name }) =>
            world.policySet
              .registryPolicies(namespace, name)
              .map((policy) => keyText('ToolPolicy', policy.ref)),
          ),
        ),
      ];
    case 'Agent':
      return claimForwarders(world.policySet.agentPolicies(ref.namespace, ref.name));
    case 'AgentPolicy':
    case 'ToolPolicy':
    case 'PrivacyPolicy':
    case 'Workspace':
      return [];
  }
}

function claimForwarders(policies: ReturnType<World['policySet']['agentPolicies']>): string[] {
  return policies
    .filter(({ forwardClaims }) => forwardClaims.length > 0)
    .map(({ ref }) => keyText('AgentPolicy', ref));
}
