import type { PolicySet } from '@omnia-policy/policy';
import type { Logger, Metrics } from '@omnia-policy/service';
import { clusterSource } from './cluster-source.js';
import { folderSource } from './folder-source.js';
import type { LoadedSource } from './loaded-source.js';
import { createLoadMetrics } from './metrics.js';
import { policiesReport, type PoliciesReport } from './policies-report.js';
import type { SourceSettings } from './source-settings.js';

/** The policies, as the process that owns them sees them. */
export interface PolicyLoading {
  readonly policySet: () => PolicySet | undefined;
  readonly report: () => PoliciesReport;
  /** Resolves after the first complete set was delivered to `onChange`; rejects when the source can't be read. */
  readonly start: (onChange: (policySet: PolicySet) => void) => Promise<void>;
  /** The newest set decides every call from now on. */
  readonly noteInForce: () => void;
  /** Never rejects. */
  readonly close: () => Promise<void>;
}

export interface PolicyLoadingOptions {
  readonly source: SourceSettings;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
}

/** @throws ServiceError when it is not known how to reach the source */
export async function createPolicyLoading(options: PolicyLoadingOptions): Promise<PolicyLoading> {
  const { source: settings, logger, metrics, signal } = options;
  const load = createLoadMetrics(metrics);
  const source: LoadedSource =
    settings.kind === 'folder'
      ? folderSource(settings.folder, logger, load)
      : await clusterSource(settings, { logger, metrics, load });
  let current: PolicySet | undefined;
  return {
    policySet: () => current,
    report: () => policiesReport(source, current),
    start: (onChange) =>
      source.start((policySet) => {
        current = policySet;
        onChange(policySet);
      }, signal),
    noteInForce() {
      if (current !== undefined) source.noteInForce(current);
    },
    close: () => source.close(),
  };
}
