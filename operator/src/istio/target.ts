import type { JsonObject } from '@omnia-policy/policy';

/**
 * Which proxies an Istio object is for. Sidecars ignore objects with targetRefs, waypoints those with a selector; a
 * selector on pods that have no sidecar ends at ztunnel, which reads a rule about headers as one about everything.
 */
export type Target =
  | { readonly kind: 'pods'; readonly labels: Readonly<Record<string, string>> }
  | { readonly kind: 'services'; readonly names: readonly string[] }
  | { readonly kind: 'gateway'; readonly name: string };

/** Istio's `selector` or `targetRefs` of a policy. */
export function policyTarget(target: Target): JsonObject {
  return target.kind === 'pods'
    ? { selector: { matchLabels: target.labels } }
    : { targetRefs: targetRefs(target) };
}

/** The same for an EnvoyFilter, whose selector is called otherwise. */
export function filterTarget(target: Target): JsonObject {
  return target.kind === 'pods'
    ? { workloadSelector: { labels: target.labels } }
    : { targetRefs: targetRefs(target) };
}

function targetRefs(target: Exclude<Target, { kind: 'pods' }>): JsonObject[] {
  return target.kind === 'gateway'
    ? [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: target.name }]
    : target.names.map((name) => ({ group: '', kind: 'Service', name }));
}
