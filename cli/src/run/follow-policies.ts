import type { LocalRunSettings } from '@omnia-policy/envoy';
import { createFilePolicySource, silentLogger } from '@omnia-policy/service';
import type { Cleanup } from '../processes/cleanup.js';
import { createFilterFiles } from './filter-files.js';

export interface FollowOptions {
  readonly policies: string;
  readonly settings: LocalRunSettings;
  readonly workFolder: string;
  readonly report: (line: string) => void;
  readonly cleanup: Cleanup;
}

/**
 * Writes the files of Envoy's filters from the policies, now and whenever they change. Resolves once the first ones are
 * written. Problems are reported by the policy service, which reads the same folder.
 *
 * @returns a promise that rejects when a later change can't be written: Envoy would go on with what no policy says.
 */
export async function followPolicies(options: FollowOptions): Promise<{ readonly failed: Promise<never> }> {
  const { policies, report, workFolder, cleanup } = options;
  const stop = new AbortController();
  cleanup.add({
    end: () => {
      stop.abort();
    },
  });
  const files = await createFilterFiles(options.settings, workFolder);
  const source = createFilePolicySource({
    folder: policies,
    logger: silentLogger,
    onLoad: ({ complete, files: broken }) => {
      if (!complete)
        report(`waiting for ${broken.map(({ file }) => file).join(', ')} to be mended, see the log`);
    },
  });
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // Whoever started this looks at it later.
  failed.catch(() => undefined);
  let first: Promise<void> | undefined;
  await source.start((policySet) => {
    const done = files.follow(policySet);
    first ??= done;
    done.catch((error: unknown) => {
      if (!stop.signal.aborted) fail(error);
    });
  }, stop.signal);
  await first;
  return { failed };
}
