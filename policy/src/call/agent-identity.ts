import { ambiguous, type AmbiguousCall } from './call-shape.js';

/**
 * How the calling agent is known: by a header that it writes itself, where nobody else can reach the proxy (file mode);
 * or by the identity that its mTLS certificate proves, which a header may repeat but not change (cluster mode).
 */
export type AgentIdentity =
  | { readonly kind: 'header' }
  | {
      readonly kind: 'principal';
      /** Of the mesh: principals of other ones are nobody's. */
      readonly trustDomain: string;
      /** Names of the agents that run as a service account; empty for one that is no agent's. */
      readonly agentsOf: (namespace: string, serviceAccount: string) => readonly string[];
    };

export type PrincipalIdentity = Extract<AgentIdentity, { kind: 'principal' }>;

/** All are empty for a caller that is no agent. */
export interface Caller {
  readonly namespace: string;
  readonly agent: string;
  /** All that run as the caller's service account: which one of them calls, only a header says. */
  readonly agents: readonly string[];
  /** Whether not even the workload is known: no certificate, or one of another mesh. */
  readonly isUnknown: boolean;
}

/**
 * @param principal SPIFFE id of the peer, empty when unknown
 * @param claimed what `x-omnia-agent-name` says, empty when absent
 */
export function callerByPrincipal(
  principal: string,
  claimed: string,
  identity: PrincipalIdentity,
): Caller | AmbiguousCall {
  const workload = workloadOf(principal, identity.trustDomain);
  const agents = workload ? identity.agentsOf(workload.namespace, workload.serviceAccount) : [];
  if (claimed !== '' && !agents.includes(claimed)) {
    return ambiguous('agent-mismatch', `The caller's identity is not that of agent "${claimed}"`);
  }
  const [agent] = claimed === '' ? agents : [claimed];
  if (workload === undefined) return UNKNOWN;
  if (agent === undefined) return NO_AGENT;
  if (claimed === '' && agents.length > 1) {
    const which = `Several agents run as service account "${workload.serviceAccount}"`;
    return ambiguous('agent-mismatch', `${which}: name one of them in x-omnia-agent-name`);
  }
  return { namespace: workload.namespace, agent, agents, isUnknown: false };
}

const NO_AGENT: Caller = { namespace: '', agent: '', agents: [], isUnknown: false };
const UNKNOWN: Caller = { ...NO_AGENT, isUnknown: true };
const WORKLOAD = /^([^/]+)\/sa\/([^/]+)$/;

interface Workload {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Of `spiffe://<trust domain>/ns/<namespace>/sa/<service account>`; undefined for any other principal. */
function workloadOf(principal: string, trustDomain: string): Workload | undefined {
  const start = `spiffe://${trustDomain}/ns/`;
  if (!principal.startsWith(start)) return undefined;
  const [, namespace, serviceAccount] = WORKLOAD.exec(principal.slice(start.length)) ?? [];
  return namespace === undefined || serviceAccount === undefined ? undefined : { namespace, serviceAccount };
}
