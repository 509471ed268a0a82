import type { Decision, Finding, ToolCall } from '@omnia-policy/policy';
import type { Logger } from '@omnia-policy/service';
import { fieldMask } from './field-mask.js';
import { redactHeaders, redactValue } from './redact.js';

export interface DecisionRecord {
  readonly decision: Decision;
  readonly call: ToolCall;
  readonly decisionId: string;
  readonly durationMs: number;
}

/**
 * Writes one `policy_decision` line for each finding and, where a policy asks for it (audit.logDecisions), one for a
 * call that passes without any; these policies also get headers and arguments, masked, on every line.
 */
export function logDecision(logger: Logger, record: DecisionRecord): void {
  const { decision } = record;
  if (decision.findings.length === 0 && !decision.audit.logDecisions) return;
  const fields = { ...callFields(record), ...(decision.audit.logDecisions && auditFields(record)) };
  for (const finding of decision.findings) logger.info({ ...findingFields(finding), ...fields }, message);
  if (decision.findings.length > 0) return;
  const policies = decision.matched.map(({ name }) => name);
  logger.info({ decision: 'allow', wouldDeny: false, policies, ...fields }, message);
}

const message = 'policy_decision';

/** `wouldDeny` tells the would-denial, which has decision deny too, from the refusal. */
function findingFields({ policy, rule, mode, action, error, ...rest }: Finding): Record<string, unknown> {
  return {
    decision: action === 'ignore' ? 'allow' : 'deny',
    wouldDeny: action === 'would-deny',
    mode,
    policy: policy.name,
    policyKind: policy.kind,
    rule,
    message: rest.message,
    ...(error !== undefined && { error: error.code, errorDetail: error.detail }),
  };
}

function callFields({ call, decisionId, durationMs }: DecisionRecord): Record<string, unknown> {
  const { headers, request } = call;
  return {
    // Queries hold whatever callers put there, tokens included.
    path: request.path.split('?', 1)[0],
    method: request.method,
    namespace: call.namespace,
    agent: call.agent,
    registry: call.registry,
    tool: call.tool,
    sessionId: headers.get('x-omnia-session-id'),
    requestId: headers.get('x-omnia-request-id') ?? headers.get('x-request-id'),
    // As the caller passed it on: a pseudonym. The subject of the token is nobody's business in a log.
    userId: headers.get('x-omnia-user-id'),
    decisionId,
    durationMs: Math.round(durationMs * 1000) / 1000,
  };
}

function auditFields({ decision, call }: DecisionRecord): Record<string, unknown> {
  const mask = fieldMask(decision.audit.redactFields);
  const { body } = call;
  return {
    headers: redactHeaders(call.headers, mask),
    ...(body.state === 'object'
      ? { arguments: redactValue(body.value, mask) }
      : { bodyUnreadable: body.reason }),
  };
}
