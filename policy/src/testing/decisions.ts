/** Policies and calls in few words, for tests of decisions. */
import { toolCallFromHttp, type HttpToolRequest } from '../call/tool-call-from-http.js';
import { compilePolicySet } from '../compile-policy-set.js';
import { decide, type DecideOptions } from '../decide.js';
import type { Decision } from '../decision.js';
import type { PolicySet } from '../policy-set.js';
import { API_VERSION } from '../resources/resource.js';

export type Spec = Record<string, unknown>;

const TOOL_POLICY: Spec = { selector: { registry: 'customer-tools' }, rules: [rule('never', 'false')] };

export function rule(name: string, cel: string): Spec {
  return { name, deny: { cel, message: `refused by ${name}` } };
}

export function policies(
  ...specs: [kind: 'ToolPolicy' | 'AgentPolicy', name: string, spec: Spec][]
): PolicySet {
  return compilePolicySet(
    specs.map(([kind, name, spec], index) => ({
      origin: `test#${index}`,
      value: {
        apiVersion: API_VERSION,
        kind,
        metadata: { name, namespace: 'production' },
        spec: kind === 'ToolPolicy' ? { ...TOOL_POLICY, ...spec } : spec,
      },
    })),
    { revision: '1' },
  );
}

export interface Request {
  readonly tool?: string;
  readonly registry?: string;
  readonly namespace?: string;
  readonly agent?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly state?: HttpToolRequest['body']['state'];
}

export function ask(
  policySet: PolicySet,
  request: Request = {},
  options: DecideOptions = { unmatched: 'allow' },
): Decision {
  const headers = new Map(
    Object.entries({
      'x-omnia-namespace': request.namespace ?? 'production',
      'x-omnia-agent-name': request.agent ?? 'support-agent',
      'x-omnia-tool-registry': request.registry ?? 'customer-tools',
      'x-omnia-tool-name': request.tool ?? 'process_refund',
      'content-type': 'application/json',
      ...request.headers,
    }).filter(([, value]) => value !== ''),
  );
  const call = toolCallFromHttp({
    method: 'POST',
    path: '/v1/refund',
    host: 'tools',
    headers,
    body: { state: request.state ?? 'whole', bytes: new TextEncoder().encode(request.body ?? '{}') },
    subject: '',
    principal: '',
  });
  return decide(policySet, call, options);
}

export const findings = (decision: Decision): string[] =>
  decision.findings.map(({ policy, rule: name, action }) => `${policy.name}/${name}: ${action}`);
