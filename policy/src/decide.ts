import { createActivation } from './cel/create-activation.js';
import type { CompiledAgentPolicy } from './agent/compile-agent-policy.js';
import { evaluateAgentPolicy, evaluateUnnamedTool } from './agent/evaluate-agent-policy.js';
import { registryNotNamed, type RegistryRef } from './call/attachment.js';
import type { ToolCall } from './call/tool-call.js';
import type { Activation } from './cel/expression.js';
import type { Decision, Finding, InjectedHeader } from './decision.js';
import { byNamespaceAndName } from './index-policies.js';
import type { PolicySet } from './policy-set.js';
import type { CompiledToolPolicy } from './tool/compile-tool-policy.js';
import { evaluateToolPolicy } from './tool/evaluate-tool-policy.js';
import { injectHeaders } from './tool/inject-headers.js';
import { selectedPolicies } from './tool/selected-policies.js';

export interface DecideOptions {
  /** What happens to a request that is no tool call, and, if denied, to one that does not name agent and tool. */
  readonly unmatched: 'allow' | 'deny';
}

/**
 * The decision of one policy set about one call: no I/O, no clock, no await, the same answer every time. AgentPolicies
 * come first, as on the mesh; then ToolPolicies; each sorted by namespace and name. Deny overrides; every policy is
 * evaluated, so that every would-denial is known.
 */
export function decide(policySet: PolicySet, call: ToolCall, options: DecideOptions): Decision {
  const { shape } = call;
  if (shape.kind === 'ambiguous') return refuse(call, shape.rule, shape.message);
  if (shape.kind === 'mcp-message') return PASSES;
  if (shape.kind === 'unnamed')
    return decideUnnamed(policySet, { call, registries: shape.registries }, options);
  return decideNamed(policySet, call, options);
}

/** Whichever of these registries takes its calls as messages may be meant; if it can be told which one, its policies decide. */
function decideUnnamed(
  policySet: PolicySet,
  { call, registries }: { readonly call: ToolCall; readonly registries: readonly RegistryRef[] },
  options: DecideOptions,
): Decision {
  const [first, second] = registries.filter(({ namespace, name }) => policySet.speaksMcp(namespace, name));
  if (first === undefined) return decideNamed(policySet, { ...call, shape: { kind: 'unmatched' } }, options);
  if (second !== undefined) {
    const { rule, message } = registryNotNamed();
    return refuse(call, rule, message);
  }
  const { namespace, name: registry } = first;
  return decideNamed(policySet, { ...call, namespace, registry, shape: { kind: 'unknown-tool' } }, options);
}

function decideNamed(policySet: PolicySet, call: ToolCall, options: DecideOptions): Decision {
  const { shape } = call;
  const isNamed = shape.kind !== 'unmatched' && call.agent !== '' && call.tool !== '';
  if (!isNamed && options.unmatched === 'deny') return refuse(call, 'unmatched', UNMATCHED_MESSAGE);
  if (shape.kind === 'unmatched') return decideUnmatched(policySet, call);
  if (call.isCallerUnknown && restrictsAgents(policySet, call.namespace)) {
    return refuse(call, 'caller-unknown', CALLER_UNKNOWN_MESSAGE);
  }
  return decideCall(policySet, call);
}

/** Where it is known what is served, an allowlist holds what names no tool too, as the mesh's own rules do. */
function decideUnmatched(policySet: PolicySet, call: ToolCall): Decision {
  const { namespace, registry, served, mcp } = call;
  const meant = registry === '' ? served : [{ namespace, name: registry }];
  const isOfMcp = meant.every((one) => policySet.speaksMcp(one.namespace, one.name));
  // MCP names its tools in messages; the rest of it (streams, sessions) calls none.
  if (served.length === 0 || mcp !== undefined || isOfMcp) return PASSES;
  const agentPolicies = agentPoliciesOf(policySet, call).filter(({ access }) => access?.mode === 'allowlist');
  if (agentPolicies.length === 0) return PASSES;
  const findings = agentPolicies.map((policy) => evaluateUnnamedTool(policy, call));
  const denial = firstDenial(findings);
  const matched = agentPolicies.map(({ ref }) => ref);
  return { ...PASSES, outcome: denial ? 'deny' : 'allow', ...(denial && { denial }), findings, matched };
}

/** Whether it matters in a namespace which agent calls. */
function restrictsAgents(policySet: PolicySet, namespace: string): boolean {
  return policySet
    .namespaceAgentPolicies(namespace)
    .some(({ mode, access, broken }) => mode === 'enforce' && (access !== undefined || broken));
}

/**
 * A body that can't be read may be an MCP message for any registry that is served there, and name another tool than the
 * headers do: the server obeys the message.
 */
function decideCall(policySet: PolicySet, call: ToolCall): Decision {
  const { namespace, registry, served, body, mcp } = call;
  if (body.state !== 'unreadable' || mcp !== undefined) return evaluate(policySet, call);
  const isNamed = (one: RegistryRef): boolean => one.namespace === namespace && one.name === registry;
  for (const other of served) {
    if (isNamed(other) || !policySet.speaksMcp(other.namespace, other.name)) continue;
    const decision = evaluate(policySet, hiddenCall(call, other));
    if (decision.outcome === 'deny') return decision;
  }
  const hides = policySet.speaksMcp(namespace, registry);
  return evaluate(policySet, hides ? hiddenCall(call, { namespace, name: registry }) : call);
}

function hiddenCall(call: ToolCall, { namespace, name }: RegistryRef): ToolCall {
  return { ...call, namespace, registry: name, shape: { kind: 'unknown-tool' } };
}

/** Which of the agents of one account calls, only a header says: it can't choose between their policies. */
function agentPoliciesOf(
  policySet: PolicySet,
  { agentNamespace, agent, agents }: ToolCall,
): readonly CompiledAgentPolicy[] {
  if (agents.length < 2) return policySet.agentPolicies(agentNamespace, agent);
  const all = agents.flatMap((one) => policySet.agentPolicies(agentNamespace, one));
  return [...new Set(all)].sort(byNamespaceAndName);
}

function evaluate(policySet: PolicySet, call: ToolCall): Decision {
  const agentPolicies = agentPoliciesOf(policySet, call);
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
  const { refs, removeHeaders, audit } = selectedPolicies(toolPolicies);
  return {
    outcome: denial ? 'deny' : 'allow',
    ...(denial && { denial }),
    findings,
    matched: [...agentPolicies.map((policy) => policy.ref), ...refs],
    injectHeaders: denial ? [] : injectedHeaders,
    removeHeaders,
    audit,
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

const NO_AUDIT = { logDecisions: false, redactFields: [] };
const CALLER_UNKNOWN_MESSAGE =
  'The caller shows no certificate of this mesh, so it can not be told which agent calls';
const UNMATCHED_MESSAGE =
  'The request does not name a tool call: x-omnia-namespace, x-omnia-agent-name, x-omnia-tool-registry, x-omnia-tool-name';
const PASSES: Decision = {
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
  return { ...PASSES, outcome: 'deny', denial, findings: [denial] };
}
