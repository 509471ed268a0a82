import type { CompiledAgentPolicy } from './agent/compile-agent-policy.js';
import type { ClaimMapping, MeshNeeds } from './policy-set.js';
import type { CompiledToolPolicy } from './tool/compile-tool-policy.js';

interface Policies {
  readonly toolPolicies: readonly CompiledToolPolicy[];
  readonly agentPolicies: readonly CompiledAgentPolicy[];
  readonly claimMappings: readonly ClaimMapping[];
  readonly speaksMcp: boolean;
}

/** What the filter holds of names that policies inject (wasm-filter/README.md, Limits). */
const MAX_INJECTED_HEADERS = 3500;

/**
 * Buffer bodies only for a policy that reads them, fail open only if every policy says so. The names of injected headers
 * matter where calls pass without a decision: with more of them than the filter holds, none does.
 */
export function meshNeeds({ toolPolicies, agentPolicies, claimMappings, speaksMcp }: Policies): MeshNeeds {
  const all = [...toolPolicies, ...agentPolicies];
  const headers = [...new Set(toolPolicies.flatMap((policy) => policy.injectedHeaders))].sort();
  const areHeld = headers.length <= MAX_INJECTED_HEADERS;
  return {
    readsBody: speaksMcp || toolPolicies.some((policy) => policy.readsBody),
    failOpen: areHeld && all.length > 0 && all.every((policy) => policy.onFailure === 'allow'),
    claimMappings,
    injectedHeaders: areHeld ? headers : [],
  };
}
