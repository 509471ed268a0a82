import { createActivation } from './cel/create-activation.js';
import { evaluateAgentPolicy } from './agent/evaluate-agent-policy.js';
import type { ToolCall } from './call/tool-call.js';
import type { Activation } from './cel/expression.js';
import type { Decision, Finding, InjectedHeader } from './decision.js';
import type { PolicySet } from './policy-set.js';
import type { CompiledToolPolicy } from './tool/compile-tool-policy.js';
import { evaluateToolPolicy } from './tool/evaluate-tool-policy.js';
import { injectHeaders } from './tool/inject-headers.js';

export interface DecideOptions {
  /** What happens to a request that is no tool call (design 4.1). */
  readonly unmatched: 'allow' | 'deny';
}

/**
 * The decision of one policy set about one call: no I/O, no clock, no await, the same answer every time. AgentPolicies
 * come first, as on the mesh; then ToolPolicies; each sorted by namespace and name. Deny overrides; every policy is
 * evaluated, so that every would-denial is known.
 */
export function decide(policySet: PolicySet, call: ToolCall, options: DecideOptions): Decision {
  if (call.shape.kind === 'ambiguous') return refuse(call, call.shape.rule, call.shape.message);
  if (call.shape.kind === 'unmatched') {
    if (options.unmatched === 'allow') return UNMATCHED;
    return refuse(
      call,
      'unmatched',
      'The request names no tool call: x-omnia-namespace, -tool-registry and -tool-name',
    );
  }
  const agentPolicies = policySet.agentPolicies(call.namespace, call.agent);
  const toolPolicies =
    call.shape.kind === 'tool-call'
      ? policySet.toolPolicies(call.namespace, call.registry, call.tool)
      : policySet.registryPolicies(call.namespace, call.registry);
  const activation = createActivation(call);
  const findings: Finding[] = [];
  for (const policy of agentPolicies) {
    const finding = evaluateAgentPolicy(policy, call);
    if (finding) findings.push(finding);
  }
  for (const policy of toolPolicies) evaluateToolPolicy(policy, activation, findings);
  const injectedHeaders = computeHeaders(toolPolicies, activation, findings);
  const denial = firstDenial(findings);
  return {
    outcome: denial ? 'deny' : 'allow',
    ...(denial && { denial }),
    findings,
    matched: [...agentPolicies.map((policy) => policy.ref), ...toolPolicies.map((policy) => policy.ref)],
    injectHeaders: denial ? [] : injectedHeaders,
    removeHeaders: [
      ...new Set(toolPolicies.flatMap((policy) => policy.injections.map(({ header }) => header))),
    ],
    audit: auditOf(toolPolicies),
  };
}

/** Only for a call that passes so far; a later policy's value for the same header replaces an earlier one. */
function computeHeaders(
  policies: readonly CompiledToolPolicy[],
  activation: Activation,
  findings: Finding[],
): InjectedHeader[] {
  if (firstDenial(findings)) return [];
  const byName = new Map<string, InjectedHeader>();
  for (const policy of policies) {
    for (const header of injectHeaders(policy, activation, findings)) byName.set(header.name, header);
  }
  return [...byName.values()];
}

function firstDenial(findings: readonly Finding[]): Finding | undefined {
  return findings.find((finding) => finding.action === 'deny');
}

function auditOf(policies: readonly CompiledToolPolicy[]): Decision['audit'] {
  return {
    logDecisions: policies.some((policy) => policy.audit.logDecisions),
    redactFields: policies.flatMap((policy) => policy.audit.redactFields),
  };
}

const NO_AUDIT = { logDecisions: false, redactFields: [] };
const UNMATCHED: Decision = {
  outcome: 'allow',
  findings: [],
  matched: [],
  injectHeaders: [],
  removeHeaders: [],
  audit: NO_AUDIT,
};

function refuse(call: ToolCall, rule: string, message: string): Decision {
  const denial: Finding = {
    policy: { kind: 'Request', namespace: call.namespace, name: '' },
    rule,
    message,
    mode: 'enforce',
    action: 'deny',
  };
  return { ...UNMATCHED, outcome: 'deny', denial, findings: [denial] };
}
