import type { PolicyRef } from '../decision.js';
import type { AgentPolicySpec, ForwardClaim } from '../resources/agent-policy.js';
import type { Metadata } from '../resources/metadata.js';
import type { Salvage } from '../resources/salvage.js';

/** An AgentPolicy, ready to decide. The same form is what an AuthorizationPolicy is made from. */
export interface CompiledAgentPolicy {
  readonly ref: PolicyRef;
  /** Empty: every agent of the namespace. */
  readonly agents: ReadonlySet<string>;
  readonly access?: {
    readonly mode: 'allowlist' | 'denylist';
    /** Union of the policy's rules: registry → tools. */
    readonly tools: ReadonlyMap<string, ReadonlySet<string>>;
  };
  readonly forwardClaims: readonly ForwardClaim[];
  readonly mode: 'enforce' | 'permissive';
  readonly onFailure: 'deny' | 'allow';
  readonly broken: boolean;
}

export function compileAgentPolicy(metadata: Metadata, spec: AgentPolicySpec): CompiledAgentPolicy {
  const { toolAccess } = spec;
  return {
    ref: { kind: 'AgentPolicy', namespace: metadata.namespace, name: metadata.name },
    agents: new Set(spec.agents),
    ...(toolAccess && { access: { mode: toolAccess.mode, tools: unionOf(toolAccess.rules) } }),
    forwardClaims: spec.forwardClaims,
    mode: spec.mode,
    onFailure: spec.onFailure,
    broken: false,
  };
}

/** Stands for a policy that can't be read: every tool call of the agents that it selects is an evaluation failure. */
export function brokenAgentPolicy(found: Salvage): CompiledAgentPolicy {
  return {
    ref: { kind: 'AgentPolicy', namespace: found.namespace, name: found.name },
    agents: new Set(found.agents),
    forwardClaims: [],
    mode: found.mode === 'permissive' ? 'permissive' : 'enforce',
    onFailure: found.onFailure,
    broken: true,
  };
}

function unionOf(
  rules: readonly { readonly registry: string; readonly tools: readonly string[] }[],
): Map<string, Set<string>> {
  const union = new Map<string, Set<string>>();
  for (const { registry, tools } of rules) {
    const known = union.get(registry) ?? new Set<string>();
    for (const tool of tools) known.add(tool);
    union.set(registry, known);
  }
  return union;
}
