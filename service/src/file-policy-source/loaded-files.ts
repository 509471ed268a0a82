import { fileOf, type PolicyDocument, type Problem } from '@omnia-policy/policy';
import { createNewcomers, type Yield } from './newcomers.js';
import { isStillAsListed } from './policy-files.js';
import { emptiedFile, readPolicyFile, vanishedFile } from './read-policy-file.js';
import type { PolicyFileContent } from './read-policy-file.js';
import type { SettledFile } from './settled-changes.js';

/** Why a file could not be used, and what is enforced instead. */
export interface FileProblem {
  readonly file: string;
  readonly problem: Problem;
  /** How many documents of its last good version stay enforced. */
  readonly keptDocuments: number;
}

/** What a look at the folder found. */
export interface FolderChanges {
  /** Files to read again. */
  readonly changed: readonly SettledFile[];
  /** Names of files that are gone. */
  readonly removed: readonly string[];
  /** Names of the files that are there, at rest or not. */
  readonly present: Iterable<string>;
  readonly nowMs: number;
}

/** The files of a folder as they were last read, and what each gave when it last could be used. */
export interface LoadedFiles {
  /** Stamps of the files as they were read. */
  readonly stamps: ReadonlyMap<string, string>;
  /** Reads files again and forgets others; tells whether anything is different now. */
  take(changes: FolderChanges): Promise<boolean>;
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
  const goneSinceMs = new Map<string, number>();
  const newcomers = createNewcomers();
  const inOrder = (): [string, LoadedFile][] => [...loaded].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    stamps,
    async take({ changed, removed, present, nowMs }) {
      let isDifferent = false;
      for (const file of changed) isDifferent = (await readAgain(file, stamps, loaded)) || isDifferent;
      for (const name of removed) {
        isDifferent = stamps.delete(name) || isDifferent;
        goneSinceMs.set(name, nowMs);
      }
      const there = [...present, ...stamps.keys()];
      newcomers.note(new Map(there.map((name) => [name, yieldOf(loaded.get(name))])), nowMs);
      for (const [name, sinceMs] of goneSinceMs) {
        const isBack = stamps.has(name);
        if (!isBack && yieldOf(loaded.get(name)) === 'documents' && newcomers.mayReplace(sinceMs)) continue;
        goneSinceMs.delete(name);
        if (!isBack) isDifferent = loaded.delete(name) || isDifferent;
      }
      return isDifferent;
    },
    documents: () => inOrder().flatMap(([, { good }]) => good?.documents ?? []),
    problems: () =>
      inOrder().flatMap(([file, { latest, good }]) => {
        const problem = stamps.has(file) ? latest.problem : vanishedFile().problem;
        return problem === undefined ? [] : [{ file, problem, keptDocuments: good?.documents.length ?? 0 }];
      }),
    locate: (origin, problem) => loaded.get(fileOf(origin))?.good?.locate(origin, problem) ?? problem,
  };
}

/** Tells whether the file holds something else than before. */
async function readAgain(
  file: SettledFile,
  stamps: Map<string, string>,
  loaded: Map<string, LoadedFile>,
): Promise<boolean> {
  const before = loaded.get(file.name);
  const latest = unlessEmptied(await readPolicyFile(file), before);
  const isWhole = (await isStillAsListed(file)) && Math.abs(Date.now() - file.writtenMs) > justWrittenMs;
  // Written while it was read: what was read may be half a file. The next look takes it up again.
  if (!isWhole && before !== undefined && !file.restless) return false;
  stamps.set(file.name, isWhole ? file.stamp : 'to be read again');
  loaded.set(file.name, { latest, good: latest.problem === undefined ? latest : before?.good });
  return before?.latest.digest !== latest.digest;
}

/** Only deleting a file deletes its policies: programs leave files empty when a disk is full or they are ended. */
function unlessEmptied(content: PolicyFileContent, before: LoadedFile | undefined): PolicyFileContent {
  const isEmpty = content.problem === undefined && content.documents.length === 0;
  const wasEmpty = before === undefined || before.good?.documents.length === 0;
  return isEmpty && !wasEmpty ? emptiedFile() : content;
}

function yieldOf(file: LoadedFile | undefined): Yield {
  if (file?.good === undefined) return 'unusable';
  return file.good.documents.length > 0 ? 'documents' : 'empty';
}
