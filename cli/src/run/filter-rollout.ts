import type { PolicySet } from '@omnia-policy/policy';
import type { ListenAddress } from '@omnia-policy/service';
import type { FilterFiles } from './filter-files.js';
import { createFilterStanding } from './filter-standing.js';
import { filterStatesReader } from './filter-states.js';
import { settleFilters } from './filter-verdict.js';
import type { WrittenFilter } from './filter-verdict.js';
import type { RefusalReasons } from './refusal-reasons.js';

export interface RolloutOptions {
  readonly admin: ListenAddress;
  readonly reasons: RefusalReasons;
  readonly signal: AbortSignal;
  readonly files: FilterFiles;
  readonly report: (line: string) => void;
  /** Called whenever files were written, before Envoy judges them. */
  readonly onWritten: () => void;
}

/** Brings the filters' configuration to Envoy and watches what Envoy makes of it. */
export interface FilterRollout {
  /**
   * Writes the files, and resolves once Envoy has judged them or said nothing for a minute; what it refuses is reported.
   * Of the policies that come meanwhile only the newest are followed, after a second at most. A file that Envoy has not
   * judged yet is asked after again with the next policies. Rejects with a ServiceError when files can't be written, or
   * when Envoy refuses the first file of a filter (`envoy-failed`).
   */
  follow(policySet: PolicySet): Promise<void>;
  /** Undefined when Envoy runs exactly what the policies need, else what it does not run. */
  readonly missing: () => string | undefined;
}

export function createFilterRollout(options: RolloutOptions): FilterRollout {
  const { admin, files, reasons, signal, onWritten } = options;
  const standing = createFilterStanding(options.report);
  const outstanding = new Map<string, WrittenFilter>();
  let latest: PolicySet | undefined;
  const look = filterStatesReader(admin);
  const isNewerWaiting = (): boolean => latest !== undefined;
  const judge = { look, reasons, signal, isNewerWaiting, settle: standing.settle };
  const rollOut = async (policySet: PolicySet): Promise<void> => {
    const before = await look();
    reasons.forget();
    const written = await files.follow(policySet);
    for (const [filter, version] of written)
      outstanding.set(filter, { filter, version, before: before.get(filter) });
    standing.waitFor(written.keys());
    onWritten();
    await settleFilters(outstanding, judge);
  };
  let running: Promise<void> | undefined;
  const followLatest = async (): Promise<void> => {
    try {
      for (let next = latest; next !== undefined; next = latest) {
        latest = undefined;
        await rollOut(next);
      }
    } finally {
      running = undefined;
    }
  };
  return {
    follow(policySet) {
      latest = policySet;
      return (running ??= followLatest());
    },
    missing: standing.missing,
  };
}
