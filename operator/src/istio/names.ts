import { createHash } from 'node:crypto';
import type { ObjectRef } from '@omnia-policy/kube';

/** On every object that the operator makes. */
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGER = 'omnia-policy-operator';
/** `Kind/namespace/name` of what it was made for: objects that an owner no longer asks for are pruned by it. */
export const OWNER_ANNOTATION = 'omnia.altairalabs.ai/owner';
/** Istio's: the policy is evaluated and counted, and refuses nothing. */
export const DRY_RUN_ANNOTATION = 'istio.io/dry-run';

/**
 * Whether a label or annotation is one that Istio or the operator reads. Nobody else may add one to an object of ours:
 * `istio.io/rev`, for example, makes the istiod of any other revision ignore it.
 */
export function changesEffect(key: string): boolean {
  return key === MANAGED_BY_LABEL || /^([a-z0-9-]+\.)*(istio\.io|altairalabs\.ai)\//.test(key);
}

/** Istio's: on a Service or a Namespace, which waypoint its traffic takes; `none` for no waypoint. */
export const USE_WAYPOINT_LABEL = 'istio.io/use-waypoint';
export const USE_WAYPOINT_NAMESPACE_LABEL = 'istio.io/use-waypoint-namespace';

/** On the pods of agents. */
export const AGENT_LABEL = 'app.kubernetes.io/instance';
export const COMPONENT_LABEL = 'omnia.altairalabs.ai/component';
export const AGENT_COMPONENT = 'agent';

export type OwnerKind = 'AgentPolicy' | 'ToolWorkload' | 'AgentNamespace' | 'Agent';

/** Owner of an AgentNamespace: the namespace is its name, too. */
export function ownerText(kind: OwnerKind, { namespace, name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}

/** What objects are named after; undefined for a text that names no owner of ours. */
export function parseOwner(text: string): { readonly kind: OwnerKind; readonly ref: ObjectRef } | undefined {
  const [kind, namespace, name, ...rest] = text.split('/');
  const known = OWNER_KINDS.find((one) => one === kind);
  if (known === undefined || !namespace || !name || rest.length > 0) return undefined;
  return { kind: known, ref: { namespace, name } };
}

const OWNER_KINDS: readonly OwnerKind[] = ['AgentPolicy', 'ToolWorkload', 'AgentNamespace', 'Agent'];

/** Istio keeps names of objects as labels and statistics: short ones only. */
const MAX_NAME_LENGTH = 63;
const HASH_LENGTH = 8;

/**
 * `omnia-` and the parts, joined with `-`. A name that would be too long is cut, and ends with a hash of all of it.
 *
 * @param distinction what else tells this object from others whose parts give the same name
 */
export function objectName(parts: readonly string[], distinction?: string): string {
  const plain = `omnia-${parts.join('-')}`;
  if (plain.length <= MAX_NAME_LENGTH && distinction === undefined) return plain;
  const hash = createHash('sha256')
    .update([...parts, distinction ?? ''].join('/'))
    .digest('hex')
    .slice(0, HASH_LENGTH);
  return `${plain.slice(0, MAX_NAME_LENGTH - HASH_LENGTH - 1).replace(/[-.]+$/, '')}-${hash}`;
}

/** Of a workload, as AuthorizationPolicies have it; `spiffe://` before it gives its SPIFFE id. */
export function principalOf(trustDomain: string, namespace: string, serviceAccount: string): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}
