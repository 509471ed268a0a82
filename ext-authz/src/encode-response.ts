import type { Decision, DenialResponse } from '@omnia-policy/policy';
import {
  overwrite,
  rpcCode,
  type CheckResponse,
  type HeaderOption,
  type StructMessage,
} from './check-messages.js';
import { summariseDecision } from './summarise-decision.js';

/** The request goes on; its answer will carry the decision's id. */
export function allowedResponse(decision: Decision, decisionId: string): CheckResponse {
  return {
    status: { code: rpcCode.ok },
    ok_response: { response_headers_to_add: [idHeader(decisionId)] },
    dynamic_metadata: dynamicMetadata(decision, decisionId),
  };
}

/** Envoy answers the caller in the tool's stead. */
export function deniedResponse(
  decision: Decision,
  decisionId: string,
  denial: DenialResponse,
): CheckResponse {
  return {
    status: { code: rpcCode.permissionDenied },
    denied_response: {
      status: { code: denial.status },
      headers: [header('content-type', denial.contentType), idHeader(decisionId)],
      body: denial.body,
    },
    dynamic_metadata: dynamicMetadata(decision, decisionId),
  };
}

/** Without one, which is the rule, both lists are empty: serialised once. */
const nothingToInject = '{"remove":[],"set":[]}';

function dynamicMetadata(decision: Decision, decisionId: string): StructMessage {
  const { outcome, policy, rule } = summariseDecision(decision);
  return {
    fields: {
      policy: { string_value: policy },
      rule: { string_value: rule },
      outcome: { string_value: outcome },
      decision_id: { string_value: decisionId },
      inject: { string_value: injection(decision) },
    },
  };
}

/** For the filter that writes the headers: first every name is removed, then the values are set. */
function injection({ injectHeaders, removeHeaders }: Decision): string {
  if (injectHeaders.length === 0 && removeHeaders.length === 0) return nothingToInject;
  return JSON.stringify({
    remove: removeHeaders,
    set: injectHeaders.map(({ name, value }) => [name, value]),
  });
}

function idHeader(decisionId: string): HeaderOption {
  return header('x-omnia-decision-id', decisionId);
}

function header(key: string, value: string): HeaderOption {
  return { header: { key, value }, append_action: overwrite };
}
