import type { ToolCall } from '../call/tool-call.js';
import type { Activation } from '../cel/expression.js';
import type { Finding } from '../decision.js';
import { judge, type Verdict } from '../judge.js';
import type { CompiledClaim, CompiledRule, CompiledToolPolicy } from './compile-tool-policy.js';

/** What a claim that is empty, or a list of empty texts, looks like as a header. */
const NOTHING = /^[\s,]*$/;

/**
 * Required claims in order, then rules in order; the first denial stops. A failed evaluation denies or,
 * under onFailure: allow, is noted and the next rule still runs.
 */
export function evaluateToolPolicy(
  policy: CompiledToolPolicy,
  activation: Activation,
  findings: Finding[],
): void {
  const failure = failureBeforeRules(policy, activation.call);
  if (failure) {
    findings.push(judge(policy, failure));
    return;
  }
  for (const claim of policy.requiredClaims) {
    if (isClaimMissing(claim, activation.call)) {
      findings.push(judge(policy, { rule: claim.rule, message: claim.message }));
      return;
    }
  }
  for (const rule of policy.rules) {
    const verdict = evaluateRule(rule, activation);
    if (!verdict) continue;
    const finding = judge(policy, verdict);
    findings.push(finding);
    if (finding.action !== 'ignore') return;
  }
}

function failureBeforeRules(policy: CompiledToolPolicy, call: ToolCall): Verdict | undefined {
  if (policy.broken) {
    return {
      rule: 'policy-not-compiled',
      message: 'The policy for this tool has an error',
      error: { code: 'policy-not-compiled', detail: 'the ToolPolicy has problems; see its status' },
    };
  }
  if (call.shape.kind === 'unknown-tool') {
    return {
      rule: 'unknown-tool',
      message: 'The tool that is called can not be told from the request',
      error: { code: 'body-unreadable', detail: 'the body that names the tool is unreadable' },
    };
  }
  return undefined;
}

function isClaimMissing(claim: CompiledClaim, call: ToolCall): boolean {
  return NOTHING.test(call.headers.get(claim.header) ?? '');
}

function evaluateRule(rule: CompiledRule, activation: Activation): Verdict | undefined {
  const result = rule.expression.evaluate(activation);
  if (result.ok) return result.value ? { rule: rule.name, message: rule.message } : undefined;
  return { rule: rule.name, message: rule.message, error: { code: result.code, detail: result.detail } };
}
