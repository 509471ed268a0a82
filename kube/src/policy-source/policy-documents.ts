import { asRecord, type PolicyDocument } from '@omnia-policy/policy';
import type { KubeObject } from '../kube-object.js';
import {
  AGENT_POLICIES,
  AGENT_RUNTIMES,
  TOOL_POLICIES,
  TOOL_REGISTRIES,
  type ResourceKind,
} from '../resource-kind.js';

/** A kind that policy sets are made from. */
export interface PolicyKind {
  readonly kind: ResourceKind;
  /** It belongs to the platform: where it is not installed, there are none. */
  readonly mayBeMissing: boolean;
  /** Undefined: the object says nothing that a policy set needs. */
  readonly project: (object: KubeObject) => PolicyDocument | undefined;
}

export const POLICY_KINDS: readonly PolicyKind[] = [
  { kind: TOOL_POLICIES, mayBeMissing: false, project: wholeSpec },
  { kind: AGENT_POLICIES, mayBeMissing: false, project: wholeSpec },
  { kind: TOOL_REGISTRIES, mayBeMissing: true, project: wholeSpec },
  { kind: AGENT_RUNTIMES, mayBeMissing: true, project: serviceAccount },
];

/** A kept object that says what a policy set needs of it; undefined: nothing. */
export interface PolicyBearing {
  readonly document: PolicyDocument | undefined;
}

/** What a policy set needs of an object; undefined also for kinds that policy sets are not made from. */
export function policyDocument(object: KubeObject): PolicyDocument | undefined {
  return POLICY_KINDS.find(({ kind }) => kind.kind === object.kind)?.project(object);
}

/** Status and labels decide nothing, so they make no new set. */
function wholeSpec({ apiVersion, kind, metadata, spec }: KubeObject): PolicyDocument {
  const { name, namespace = '', generation } = metadata;
  return {
    origin: `${kind}/${namespace}/${name}`,
    value: { apiVersion, kind, metadata: { name, namespace, generation }, spec },
  };
}

/** An agent that runs as the usual account needs no document: there may be very many. */
function serviceAccount({ apiVersion, kind, metadata, spec }: KubeObject): PolicyDocument | undefined {
  const { name, namespace = '' } = metadata;
  const { serviceAccountName } = asRecord(asRecord(spec).podOverrides);
  if (typeof serviceAccountName !== 'string' || serviceAccountName === '') return undefined;
  return {
    origin: `${kind}/${namespace}/${name}`,
    value: {
      apiVersion,
      kind,
      metadata: { name, namespace },
      spec: { podOverrides: { serviceAccountName } },
    },
  };
}
