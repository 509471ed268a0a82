import { refOf, type KubeObject } from '@omnia-policy/kube';
import type { Identified, Policy, PrivacyPolicy } from './objects.js';

/** What every object with a status is known by. */
export function identify(object: KubeObject): Identified {
  const { uid = '', generation = 0 } = object.metadata;
  return { ref: refOf(object), uid, generation, status: object.status };
}

/** A ToolPolicy or an AgentPolicy. */
export function projectPolicy(object: KubeObject): Policy {
  return { ...identify(object), resourceVersion: object.metadata.resourceVersion ?? '' };
}

export function projectPrivacyPolicy(object: KubeObject): PrivacyPolicy {
  return { ...identify(object), spec: object.spec };
}
