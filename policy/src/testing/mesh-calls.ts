/** Policies of several namespaces, and calls as a proxy of the mesh describes them, in few words. */
import type { AgentIdentity } from '../call/agent-identity.js';
import type { Attachment } from '../call/attachment.js';
import { toolCallFromHttp } from '../call/tool-call-from-http.js';
import type { RawBody } from '../call/read-body.js';
import type { ToolCall } from '../call/tool-call.js';
import { compilePolicySet } from '../compile-policy-set.js';
import { decide, type DecideOptions } from '../decide.js';
import type { Decision } from '../decision.js';
import type { PolicyDocument } from '../document.js';
import type { PolicySet } from '../policy-set.js';
import { API_VERSION } from '../resources/resource.js';

export const TRUST_DOMAIN = 'cluster.local';

/** @param name `namespace/name` */
export function apiObject(kind: string, name: string, spec: Record<string, unknown>): PolicyDocument {
  const [namespace = '', plainName = ''] = name.split('/');
  const metadata = { name: plainName, namespace };
  return { origin: `${kind}/${name}`, value: { apiVersion: API_VERSION, kind, metadata, spec } };
}

export function meshPolicies(...documents: PolicyDocument[]): PolicySet {
  return compilePolicySet(documents, { revision: '1', claimsShare: 'namespace' });
}

/** @param workload `namespace/serviceAccount` */
export function principalOf(workload: string, trustDomain = TRUST_DOMAIN): string {
  return `spiffe://${trustDomain}/ns/${workload.replace('/', '/sa/')}`;
}

/** @param registries each `namespace/name` */
export function attached(...registries: string[]): Attachment {
  return {
    registries: registries.map((text) => {
      const [namespace = '', name = ''] = text.split('/');
      return { namespace, name };
    }),
  };
}

export interface MeshRequest {
  readonly principal?: string;
  /** Absent: the proxy says nothing of what the service serves. */
  readonly registries?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly method?: string;
  readonly state?: RawBody['state'];
}

export function meshCall(policySet: PolicySet, request: MeshRequest): ToolCall {
  const agentIdentity: AgentIdentity = {
    kind: 'principal',
    trustDomain: TRUST_DOMAIN,
    agentsOf: policySet.agentsOf,
  };
  const { principal = '', registries, headers = {}, body = '{}', method = 'POST' } = request;
  const { state = 'whole' } = request;
  return toolCallFromHttp(
    {
      ...{ method, path: '/v1/refund', host: 'tools', subject: '', principal },
      headers: new Map([['content-type', 'application/json'], ...Object.entries(headers)]),
      body: { state, bytes: new TextEncoder().encode(body) },
      ...(registries && { attachment: attached(...registries) }),
    },
    agentIdentity,
  );
}

export function askMesh(
  policySet: PolicySet,
  request: MeshRequest,
  options: DecideOptions = { unmatched: 'allow' },
): Decision {
  return decide(policySet, meshCall(policySet, request), options);
}
