import type { ObjectRef } from '@omnia-policy/kube';
import { CLUSTER_DOMAIN } from '../model/endpoint.js';
import type { PlanSettings } from './settings.js';

/** The name that Istio gives a Service. */
export function serviceHost(
  { namespace, name }: ObjectRef,
  { clusterDomain = CLUSTER_DOMAIN }: PlanSettings,
): string {
  return `${name}.${namespace}.svc.${clusterDomain}`;
}
