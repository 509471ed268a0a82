import type { MeshNeeds, PolicyEntry, PolicySet } from '@omnia-policy/policy';
import type { LoadedSource } from './loaded-source.js';

/** What /policies shows, beside what the source tells of itself. */
export interface PoliciesReport {
  /** Null before the first complete load. */
  readonly revision: string | null;
  readonly needs: MeshNeeds | null;
  /** Problems have the line and column of the file that `origin` names, if it is one. */
  readonly entries: readonly PolicyEntry[];
}

export function policiesReport(source: LoadedSource, policySet: PolicySet | undefined): PoliciesReport {
  return {
    revision: policySet?.revision ?? null,
    needs: policySet?.needs ?? null,
    ...source.report(),
    entries: (policySet?.entries ?? []).map((entry) => ({
      ...entry,
      problems: entry.problems.map((problem) => source.locate(entry.origin, problem)),
    })),
  };
}
