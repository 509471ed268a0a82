import type { PolicyEntry, PolicySet } from '@omnia-policy/policy';

/** What a replica says that it enforces. */
export interface EnforcedPolicies {
  /** Of the ToolPolicies' list: every version up to it was taken. */
  readonly resourceVersion: string;
  /**
   * ToolPolicies of which another version than the stored one decides: its generation by `namespace/name`, 0 where none
   * does and calls count as failures.
   */
  readonly lagging: Readonly<Record<string, number>>;
}

export function enforcedPolicies(policySet: PolicySet, resourceVersion: string): EnforcedPolicies {
  const lagging = policySet.entries
    .filter(isLagging)
    .map(
      ({ namespace, name, enforcedGeneration }) => [`${namespace}/${name}`, enforcedGeneration ?? 0] as const,
    );
  return { resourceVersion, lagging: Object.fromEntries(lagging) };
}

function isLagging({ kind, generation, enforcedGeneration }: PolicyEntry): boolean {
  return kind === 'ToolPolicy' && generation !== enforcedGeneration;
}
