import type { PolicyDocument, Problem } from '@omnia-policy/policy';
import { isStillAsListed } from './policy-files.js';
import { emptiedFile, readPolicyFile, vanishedFile, type PolicyFileContent } from './read-policy-file.js';
import type { SettledFile } from './settled-changes.js';

/** Why a file could not be used, and what is enforced instead. */
export interface FileProblem {
  readonly file: string;
  readonly problem: Problem;
  /** How many documents of its last good version stay enforced. */
  readonly keptDocuments: number;
}

/** The files of a folder as they were last read, and what each gave when it last could be used. */
export interface LoadedFiles {
  /** Stamps of the files as they were read. */
  readonly stamps: ReadonlyMap<string, string>;
  /** Reads files again and forgets others; tells whether any content changed. */
  take(changed: readonly SettledFile[], removed: readonly string[]): Promise<boolean>;
  documents(): readonly PolicyDocument[];
  problems(): readonly FileProblem[];
  readonly locate: (origin: string, problem: Problem) => Problem;
}

interface LoadedFile {
  readonly latest: PolicyFileContent;
  /** The latest content without a problem. */
  readonly good: PolicyFileContent | undefined;
}

/** Two writes within the clock tick of a file system can leave the same stamp. */
const justWrittenMs = 20;

export function createLoadedFiles(): LoadedFiles {
  const stamps = new Map<string, string>();
  const loaded = new Map<string, LoadedFile>();
  const inOrder = (): [string, LoadedFile][] => [...loaded].sort(([a], [b]) => (a < b ? -1 : 1));
  const read = async (file: SettledFile): Promise<boolean> => {
    const before = loaded.get(file.name);
    const latest = unlessEmptied(await readPolicyFile(file), before);
    const isWhole = (await isStillAsListed(file)) && Math.abs(Date.now() - file.writtenMs) > justWrittenMs;
    // Written while it was read: what was read may be half a file. The next look takes it up again.
    if (!isWhole && before !== undefined && !file.restless) return false;
    stamps.set(file.name, isWhole ? file.stamp : 'to be read again');
    loaded.set(file.name, { latest, good: latest.problem === undefined ? latest : before?.good });
    return before?.latest.digest !== latest.digest;
  };
  return {
    stamps,
    async take(changed, removed) {
      let isDifferent = false;
      for (const file of changed) isDifferent = (await read(file)) || isDifferent;
      for (const name of removed) isDifferent = stamps.delete(name) || isDifferent;
      forgetVanished(loaded, stamps);
      return isDifferent;
    },
    documents: () => inOrder().flatMap(([, { good }]) => good?.documents ?? []),
    problems: () =>
      inOrder().flatMap(([file, { latest, good }]) => {
        const problem = stamps.has(file) ? latest.problem : vanishedFile().problem;
        return problem === undefined ? [] : [{ file, problem, keptDocuments: good?.documents.length ?? 0 }];
      }),
    locate: (origin, problem) =>
      loaded.get(origin.replace(/#\d+$/, ''))?.good?.locate(origin, problem) ?? problem,
  };
}

/** Only deleting a file deletes its policies: programs leave files empty when a disk is full or they are ended. */
function unlessEmptied(content: PolicyFileContent, before: LoadedFile | undefined): PolicyFileContent {
  const isEmpty = content.problem === undefined && content.documents.length === 0;
  const wasEmpty = before === undefined || before.good?.documents.length === 0;
  return isEmpty && !wasEmpty ? emptiedFile() : content;
}

/**
 * Drops the files that are gone, unless a file is there that could never be read: it may be one of them, renamed and
 * broken, and its policies would be lost.
 */
function forgetVanished(loaded: Map<string, LoadedFile>, stamps: ReadonlyMap<string, string>): void {
  const isKeeping = [...loaded].some(([name, file]) => stamps.has(name) && file.good === undefined);
  for (const [name, { good }] of loaded) {
    const hasDocuments = good !== undefined && good.documents.length > 0;
    if (!stamps.has(name) && !(isKeeping && hasDocuments)) loaded.delete(name);
  }
}
