import type { Decision, DenialResponse } from '@omnia-policy/policy';
import { overwrite, rpcCode, type CheckResponse, type HeaderOption } from './check-response.js';
import { summariseDecision } from './summarise-decision.js';

/** A decision as Envoy is told it. */
export interface DecisionAnswer {
  readonly decision: Decision;
  readonly decisionId: string;
  /** Present exactly when the decision is deny. */
  readonly denial?: DenialResponse;
}

/** The CheckResponse of a decision. */
export function responseOf({ decision, decisionId, denial }: DecisionAnswer): CheckResponse {
  const { outcome, policy, rule } = summariseDecision(decision);
  const idHeader = header('x-omnia-decision-id', decisionId);
  const dynamic_metadata: CheckResponse['dynamic_metadata'] = {
    fields: {
      outcome: { string_value: outcome },
      policy: { string_value: policy },
      rule: { string_value: rule },
      inject: { string_value: injection(decision) },
      decision_id: { string_value: decisionId },
    },
  };
  if (denial === undefined) {
    return {
      status: { code: rpcCode.ok },
      ok_response: { response_headers_to_add: [idHeader] },
      dynamic_metadata,
    };
  }
  return {
    status: { code: rpcCode.permissionDenied },
    denied_response: {
      status: { code: denial.status },
      headers: [header('content-type', denial.contentType), idHeader],
      body: denial.body,
    },
    dynamic_metadata,
  };
}

/** For the filter that writes the headers: first every name is removed, then the values are set. */
function injection({ injectHeaders, removeHeaders }: Decision): string {
  if (removeHeaders.length === 0 && injectHeaders.length === 0) return NO_INJECTION;
  return JSON.stringify({
    remove: removeHeaders,
    set: injectHeaders.map(({ name, value }) => [name, value]),
  });
}

const NO_INJECTION = '{"remove":[],"set":[]}';

function header(key: string, value: string): HeaderOption {
  return { header: { key, value }, append_action: overwrite };
}
