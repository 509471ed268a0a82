import type { Decision, Finding, ToolCall } from '@omnia-policy/policy';
import type { Logger } from '@omnia-policy/service';
import { fieldMask, type FieldMask } from './field-mask.js';
import { redactField, redactHeaders, redactValue } from './redact.js';

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
  const mask = fieldMask(decision.audit.redactFields);
  const fields = {
    ...callFields(record, mask),
    ...(decision.audit.logDecisions && auditFields(record, mask)),
  };
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

function callFields(
  { call, decisionId, durationMs }: DecisionRecord,
  mask: FieldMask,
): Record<string, unknown> {
  const { headers, request } = call;
  const ofHeader = (field: string, header: string): string | undefined =>
    redactField([field, header], headers.get(header), mask);
  return {
    // Queries hold whatever callers put there, tokens included.
    path: redactField(['path'], request.path.split('?', 1)[0], mask),
    method: request.method,
    namespace: call.namespace,
    agent: call.agent,
    // Where agents are known by their certificates.
    ...(call.principal !== '' && { agentNamespace: call.agentNamespace, principal: call.principal }),
    registry: call.registry,
    tool: call.tool,
    sessionId: ofHeader('sessionId', 'x-omnia-session-id'),
    requestId: ofHeader('requestId', 'x-omnia-request-id') ?? ofHeader('requestId', 'x-request-id'),
    // As the caller passed it on: a pseudonym. The subject of the token is nobody's business in a log.
    userId: ofHeader('userId', 'x-omnia-user-id'),
    decisionId,
    durationMs: Math.round(durationMs * 1000) / 1000,
  };
}

function auditFields({ call }: DecisionRecord, mask: FieldMask): Record<string, unknown> {
  const { body } = call;
  return {
    headers: redactHeaders(call.headers, mask),
    ...(body.state === 'object'
      ? { arguments: redactValue(body.value, mask) }
      : { bodyUnreadable: body.reason }),
  };
}
