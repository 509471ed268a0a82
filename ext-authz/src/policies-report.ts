import type { MeshNeeds, PolicyEntry, PolicySet } from '@omnia-policy/policy';
import type { FilePolicySource, FolderReport } from '@omnia-policy/service';

/** What /policies shows. */
export interface PoliciesReport extends FolderReport {
  /** Null before the first complete load. */
  readonly revision: string | null;
  readonly needs: MeshNeeds | null;
  /** Problems have the line and column of the file that `origin` names. */
  readonly entries: readonly PolicyEntry[];
}

export function policiesReport(source: FilePolicySource, policySet: PolicySet | undefined): PoliciesReport {
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
