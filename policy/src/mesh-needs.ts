import type { CompiledAgentPolicy } from './agent/compile-agent-policy.js';
import type { MeshNeeds } from './policy-set.js';
import type { CompiledToolPolicy } from './tool/compile-tool-policy.js';

interface Policies {
  readonly toolPolicies: readonly CompiledToolPolicy[];
  readonly agentPolicies: readonly CompiledAgentPolicy[];
  readonly speaksMcp: boolean;
}

/** Buffer bodies only for a policy that reads them, fail open only if every policy says so. */
export function meshNeeds({ toolPolicies, agentPolicies, speaksMcp }: Policies): MeshNeeds {
  const all = [...toolPolicies, ...agentPolicies];
  const headers = toolPolicies.flatMap((policy) => policy.injectedHeaders);
  return {
    readsBody: speaksMcp || toolPolicies.some((policy) => policy.readsBody),
    failOpen: all.length > 0 && all.every((policy) => policy.onFailure === 'allow'),
    claimMappings: agentPolicies
      .filter((policy) => policy.forwardClaims.length > 0)
      .map((policy) => ({
        namespace: policy.ref.namespace,
        agents: [...policy.agents],
        claims: policy.forwardClaims,
      })),
    injectedHeaders: [...new Set(headers)].sort(),
  };
}
