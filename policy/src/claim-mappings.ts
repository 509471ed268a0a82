import type { CompiledAgentPolicy } from './agent/compile-agent-policy.js';
import type { ClaimMapping, PolicySet } from './policy-set.js';

/** What the filter holds; it refuses a larger configuration as a whole (wasm-filter/README.md, Limits). */
const MAX_HEADERS = 4096;
const MAX_MAPPINGS = 10_000;
/** Of its 1 MiB, with room for what is not a mapping. */
const MAX_BYTES = 1_000_000;

export interface ClaimMappings {
  readonly mappings: readonly ClaimMapping[];
  /** Policies whose mapping the filter could not hold beside those of the policies before them. */
  readonly leftOut: readonly CompiledAgentPolicy[];
}

/**
 * The claims that travel, by policy, as many as the filter holds: one too many must not keep all others out. A claim
 * that does not travel is missing where a policy requires it, so the call is refused.
 */
export function claimMappings(policies: readonly CompiledAgentPolicy[]): ClaimMappings {
  const mappings: ClaimMapping[] = [];
  const leftOut: CompiledAgentPolicy[] = [];
  const headers = new Set<string>();
  let bytes = 0;
  for (const policy of policies.filter(({ forwardClaims }) => forwardClaims.length > 0)) {
    const mapping = mappingOf(policy);
    const own = mapping.claims.map(({ header }) => header.toLowerCase());
    const allHeaders = headers.size + own.filter((header) => !headers.has(header)).length;
    const allBytes = bytes + utf8.encode(JSON.stringify(mapping)).length + 1;
    const fits = allHeaders <= MAX_HEADERS && allBytes <= MAX_BYTES && mappings.length < MAX_MAPPINGS;
    if (!fits) {
      leftOut.push(policy);
      continue;
    }
    mappings.push(mapping);
    for (const header of own) headers.add(header);
    bytes = allBytes;
  }
  return { mappings, leftOut };
}

/** The same where the agents of each namespace have a filter of their own. */
export function claimMappingsByNamespace(policies: readonly CompiledAgentPolicy[]): ClaimMappings {
  const namespaces = new Map<string, CompiledAgentPolicy[]>();
  for (const policy of policies) {
    const group = namespaces.get(policy.ref.namespace);
    if (group) group.push(policy);
    else namespaces.set(policy.ref.namespace, [policy]);
  }
  const all = [...namespaces.values()].map(claimMappings);
  return {
    mappings: all.flatMap(({ mappings }) => mappings),
    leftOut: all.flatMap(({ leftOut }) => leftOut),
  };
}

/** Which claims of the users' tokens travel with the calls of one namespace's agents, as many as a filter holds. */
export function agentClaimMappings(policySet: PolicySet, namespace: string): readonly ClaimMapping[] {
  return claimMappings(policySet.namespaceAgentPolicies(namespace)).mappings;
}

const utf8 = new TextEncoder();

function mappingOf({ ref, agents, forwardClaims }: CompiledAgentPolicy): ClaimMapping {
  return { namespace: ref.namespace, agents: [...agents], claims: forwardClaims };
}
