import type { PolicySet } from '@omnia-policy/policy';
import { createFilePolicySource, type Logger, type Metrics } from '@omnia-policy/service';
import { createLoadMetrics } from './metrics.js';
import { policiesReport, type PoliciesReport } from './policies-report.js';

/** The policies of the folder, as the process that owns them sees them. */
export interface PolicyLoading {
  readonly policySet: () => PolicySet | undefined;
  readonly report: () => PoliciesReport;
  /** Resolves after the first complete set was delivered to `onChange`; rejects when the folder can't be read. */
  readonly start: (onChange: (policySet: PolicySet) => void) => Promise<void>;
}

export interface PolicyLoadingOptions {
  readonly folder: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
}

export function createPolicyLoading({
  folder,
  logger,
  metrics,
  signal,
}: PolicyLoadingOptions): PolicyLoading {
  const loadMetrics = createLoadMetrics(metrics);
  let current: PolicySet | undefined;
  const source = createFilePolicySource({
    folder,
    logger,
    onLoad({ files }, policySet) {
      const ofEntries = (policySet?.entries ?? []).flatMap(({ problems }) => problems);
      loadMetrics.problems(files.length + ofEntries.length);
      if (policySet !== undefined) loadMetrics.loaded(policySet, Date.now());
    },
  });
  return {
    policySet: () => current,
    report: () => policiesReport(source, current),
    start: (onChange) =>
      source.start((policySet) => {
        current = policySet;
        onChange(policySet);
      }, signal),
  };
}
