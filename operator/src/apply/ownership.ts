import type { KubeObject } from '@omnia-policy/kube';
import { MANAGED_BY_LABEL, MANAGER, OWNER_ANNOTATION } from '../istio/names.js';

/** Finds every object that the operator made. */
export const MANAGED_SELECTOR = `${MANAGED_BY_LABEL}=${MANAGER}`;
export const FOREIGN_SELECTOR = `${MANAGED_BY_LABEL}!=${MANAGER}`;

/** `AgentPolicy/production/support-agent-tools`; empty when the object does not say. */
export function ownerOf({ metadata }: KubeObject): string {
  return metadata.annotations?.[OWNER_ANNOTATION] ?? '';
}

/** Either mark is enough: an object of ours that lost one by hand is repaired, not taken for someone else's. */
export function isOurs(object: KubeObject): boolean {
  return object.metadata.labels?.[MANAGED_BY_LABEL] === MANAGER || ownerOf(object) !== '';
}
