import type { LocalRunSettings } from '@omnia-policy/envoy';
import type { PolicySet } from '@omnia-policy/policy';
import { createFilePolicySource, silentLogger } from '@omnia-policy/service';
import type { Cleanup } from '../processes/cleanup.js';
import { createFilterFiles } from './filter-files.js';
import { createFilterRollout } from './filter-rollout.js';
import type { RefusalReasons } from './refusal-reasons.js';

export interface FollowOptions {
  readonly policies: string;
  readonly settings: LocalRunSettings;
  readonly workFolder: string;
  /** Hears Envoy's log. */
  readonly reasons: RefusalReasons;
  readonly report: (line: string) => void;
  readonly cleanup: Cleanup;
}

export interface FollowedPolicies {
  /** Rejects when Envoy can't be given what the policies need: it would go on with what no policy says. */
  readonly failed: Promise<never>;
  /** Undefined when Envoy runs exactly what the policies need, else what it does not run. */
  readonly missing: () => string | undefined;
}

/**
 * Brings to Envoy what its filters need of the policies, now and whenever they change. Resolves once the files for its
 * start are written. Problems are reported by the policy service, which reads the same folder.
 */
export async function followPolicies(options: FollowOptions): Promise<FollowedPolicies> {
  const { policies, settings, report, reasons, workFolder, cleanup } = options;
  const stop = new AbortController();
  cleanup.add({
    end: () => {
      stop.abort();
    },
  });
  const { signal } = stop;
  const files = await createFilterFiles(settings, workFolder);
  let onWritten: () => void = () => undefined;
  const written = new Promise<void>((resolve) => (onWritten = resolve));
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  // Whoever started this looks at it later.
  failed.catch(() => undefined);
  const judging = { admin: settings.admin, reasons, signal };
  const rollout = createFilterRollout({ ...judging, files, report, onWritten });
  await startSource({ policies, report, signal }, (policySet) => {
    rollout.follow(policySet).catch((error: unknown) => {
      if (!signal.aborted) fail(error);
    });
  });
  await Promise.race([written, failed]);
  return { failed, missing: rollout.missing };
}

interface SourceOptions {
  readonly policies: string;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Resolves with the first complete set. */
function startSource(
  { policies, report, signal }: SourceOptions,
  follow: (policySet: PolicySet) => void,
): Promise<void> {
  const source = createFilePolicySource({
    folder: policies,
    logger: silentLogger,
    onLoad: ({ complete, files: broken }) => {
      if (!complete)
        report(`waiting for ${broken.map(({ file }) => file).join(', ')} to be mended, see the log`);
    },
  });
  return source.start(follow, signal);
}
