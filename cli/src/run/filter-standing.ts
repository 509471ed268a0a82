import { ServiceError } from '@omnia-policy/service';
import type { Verdict } from './filter-verdict.js';

/** What is known of the filters that Envoy runs; says so whenever one falls behind the policies or catches up. */
export interface FilterStanding {
  /** Files were written for these filters. */
  waitFor(filters: Iterable<string>): void;
  /** @throws ServiceError `envoy-failed` when the first file is refused: without any, Envoy answers every call with 500 */
  readonly settle: (filter: string, verdict: Verdict) => void;
  /** Undefined when Envoy runs exactly what the policies need, else what it does not run. */
  readonly missing: () => string | undefined;
}

export function createFilterStanding(report: (line: string) => void): FilterStanding {
  /** Filter → what is wrong. A refused file stays wrong until another one is taken in its place. */
  const behind = new Map<string, string>();
  const everTaken = new Set<string>();
  const reported = new Set<string>();
  return {
    waitFor(filters) {
      for (const filter of filters) behind.set(filter, `Envoy has no configuration yet for ${filter}`);
    },
    settle(filter, verdict) {
      if (verdict.kind === 'taken') {
        behind.delete(filter);
        everTaken.add(filter);
        if (reported.delete(filter))
          report(`Envoy runs the configuration of ${filter} that the policies need`);
        return;
      }
      const problem = problemOf(filter, verdict);
      if (verdict.kind === 'refused' && !everTaken.has(filter))
        throw new ServiceError('envoy-failed', problem);
      behind.set(filter, problem);
      reported.add(filter);
      report(`error: ${problem} The former one stays in force until the policies are mended.`);
    },
    missing: () => (behind.size === 0 ? undefined : [...behind.values()].join('; ')),
  };
}

function problemOf(filter: string, verdict: Verdict): string {
  return verdict.kind === 'refused'
    ? `Envoy refused the configuration of ${filter} that the policies need: ${verdict.reason}.`
    : `Envoy does not take the configuration of ${filter} that the policies need.`;
}
