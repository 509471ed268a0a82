import type { CompiledAgentPolicy } from './agent/compile-agent-policy.js';
import type { RegistryRef } from './call/attachment.js';
import type { ClaimMapping, MeshNeeds, PolicySet } from './policy-set.js';
import type { CompiledToolPolicy } from './tool/compile-tool-policy.js';

interface Policies {
  readonly toolPolicies: readonly CompiledToolPolicy[];
  readonly agentPolicies: readonly CompiledAgentPolicy[];
  readonly claimMappings: readonly ClaimMapping[];
  readonly speaksMcp: boolean;
}

/**
 * What the policies ask of the Envoy in front of one service, by the registries that it serves: their ToolPolicies, and
 * the AgentPolicies of their namespaces. Claims are written where the agents are, so none are mapped here.
 */
export function workloadNeeds(policySet: PolicySet, registries: readonly RegistryRef[]): MeshNeeds {
  const namespaces = [...new Set(registries.map(({ namespace }) => namespace))];
  return meshNeeds({
    toolPolicies: registries.flatMap(({ namespace, name }) => policySet.registryPolicies(namespace, name)),
    agentPolicies: namespaces.flatMap((namespace) => policySet.namespaceAgentPolicies(namespace)),
    claimMappings: [],
    speaksMcp: registries.some(({ namespace, name }) => policySet.speaksMcp(namespace, name)),
  });
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
