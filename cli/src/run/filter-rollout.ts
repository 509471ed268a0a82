import type { PolicySet } from '@omnia-policy/policy';
import type { FilterFiles } from './filter-files.js';
import { createFilterStanding } from './filter-standing.js';
import { readFilterStates } from './filter-states.js';
import type { FilterStates } from './filter-states.js';
import { filterVerdict } from './filter-verdict.js';
import type { Judge } from './filter-verdict.js';

export interface RolloutOptions extends Judge {
  readonly files: FilterFiles;
  readonly report: (line: string) => void;
  /** Called whenever files were written, before Envoy judges them. */
  readonly onWritten: () => void;
}

/** Brings the filters' configuration to Envoy and watches what Envoy makes of it. */
export interface FilterRollout {
  /**
   * Writes the files, and resolves once Envoy has judged them; what it refuses is reported. Of the policies that come
   * meanwhile only the newest are followed. Rejects with a ServiceError when files can't be written, or when Envoy
   * refuses the first file of a filter (`envoy-failed`).
   */
  follow(policySet: PolicySet): Promise<void>;
  /** Undefined when Envoy runs exactly what the policies need, else what it does not run. */
  readonly missing: () => string | undefined;
}

export function createFilterRollout(options: RolloutOptions): FilterRollout {
  const { admin, files, reasons, onWritten } = options;
  const standing = createFilterStanding(options.report);
  let states: FilterStates = new Map();
  const rollOut = async (policySet: PolicySet): Promise<void> => {
    // Before the first start there is nobody to ask.
    states = await readFilterStates(admin).catch(() => states);
    reasons.forget();
    const written = await files.follow(policySet);
    standing.waitFor(written.keys());
    onWritten();
    for (const [filter, version] of written) {
      const verdict = await filterVerdict({ filter, version, before: states.get(filter) }, options);
      standing.settle(filter, verdict);
    }
  };
  let latest: PolicySet | undefined;
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
