import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localRunFiles } from '@omnia-policy/envoy';
import type { LocalRunSettings } from '@omnia-policy/envoy';
import type { MeshNeeds, PolicySet } from '@omnia-policy/policy';
import { writingIn } from './work-folder.js';

/** Keeps the files that Envoy's filters follow in step with the policies. */
export interface FilterFiles {
  /**
   * Writes what differs from the files of the last call. Calls are taken one after the other. Rejects with a
   * ServiceError when a folder is gone: Envoy watches the one that it saw first, and would not notice a new one.
   */
  follow(policySet: PolicySet): Promise<void>;
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
  let written: string | undefined;
  let last: Promise<void> = Promise.resolve();
  const write = async ({ needs, revision }: PolicySet): Promise<void> => {
    const wanted = needsText(needs);
    if (wanted === written) return;
    for (const { name, content } of localRunFiles(needs, settings, revision)) {
      const draft = join(workFolder, `${name}.draft`);
      await writeFile(draft, content);
      await rename(draft, join(settings.filterFolder, name));
    }
    written = wanted;
  };
  return {
    follow(policySet) {
      last = last.catch(() => undefined).then(() => writingIn(workFolder, () => write(policySet)));
      return last;
    },
  };
}

/** Most edits change rules only; Envoy need not hear of those. */
function needsText({ readsBody, failOpen, claimMappings, injectedHeaders }: MeshNeeds): string {
  return JSON.stringify([readsBody, failOpen, claimMappings, injectedHeaders]);
}
