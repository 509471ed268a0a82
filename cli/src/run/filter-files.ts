import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { localRunFiles } from '@omnia-policy/envoy';
import type { LocalRunSettings } from '@omnia-policy/envoy';
import type { PolicySet } from '@omnia-policy/policy';
import { writingIn } from './work-folder.js';

/** Keeps the files that Envoy's filters follow in step with the policies. */
export interface FilterFiles {
  /**
   * Writes the files whose contents differ from what was written last; most edits change rules only, and Envoy need
   * not hear of those. One call at a time. Rejects with a ServiceError when a folder is gone: Envoy watches the one that
   * it saw first, and would not notice a new one.
   *
   * @returns filter name → version, of the files that were written.
   */
  follow(policySet: PolicySet): Promise<ReadonlyMap<string, string>>;
}

/**
 * @param workFolder on the same file system as `settings.filterFolder`; files come to be here and are renamed, so that
 *   Envoy never reads half of one.
 */
export async function createFilterFiles(
  settings: LocalRunSettings,
  workFolder: string,
): Promise<FilterFiles> {
  await writingIn(workFolder, () => mkdir(settings.filterFolder, { recursive: true }));
  /** File name → what was written last, save for the version. */
  const written = new Map<string, string>();
  const write = async ({ needs, revision }: PolicySet): Promise<ReadonlyMap<string, string>> => {
    const wanted = new Map(localRunFiles(needs, settings, '').map(({ name, content }) => [name, content]));
    const changed = localRunFiles(needs, settings, revision).filter(
      ({ name }) => wanted.get(name) !== written.get(name),
    );
    for (const { name, content } of changed) {
      const draft = join(workFolder, `${name}.draft`);
      await writeFile(draft, content);
      await rename(draft, join(settings.filterFolder, name));
      written.set(name, wanted.get(name) ?? '');
    }
    return new Map(changed.map(({ name }) => [basename(name, '.json'), revision]));
  };
  return { follow: (policySet) => writingIn(workFolder, () => write(policySet)) };
}
