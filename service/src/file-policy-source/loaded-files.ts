import { fileOf, type PolicyDocument, type Problem } from '@omnia-policy/policy';
import { createNewcomers, type Sighting, type Yield } from './newcomers.js';
import { isStillAsListed, type PolicyFile } from './policy-files.js';
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
  /** The files that are there, at rest or not, by name. */
  readonly present: ReadonlyMap<string, PolicyFile>;
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
      newcomers.note(sightings({ stamps, loaded, present }), nowMs);
      for (const [name, sinceMs] of goneSinceMs) {
        const isBack = stamps.has(name);
        const mayBeKept = present.has(name) || newcomers.mayReplace(sinceMs);
        if (!isBack && mayBeKept && holdsDocuments(loaded.get(name))) continue;
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

function holdsDocuments(file: LoadedFile | undefined): boolean {
  return (file?.good?.documents.length ?? 0) > 0;
}

interface FolderState {
  readonly stamps: ReadonlyMap<string, string>;
  readonly loaded: ReadonlyMap<string, LoadedFile>;
  readonly present: ReadonlyMap<string, PolicyFile>;
}

/** Of every file that is there, or is gone and not believed to be. */
function sightings({ stamps, loaded, present }: FolderState): Map<string, Sighting> {
  const names = new Set([...present.keys(), ...stamps.keys()]);
  const sightingOf = (name: string): Sighting => {
    const stamp = present.get(name)?.stamp;
    return { gave: yieldOf(loaded.get(name), stamp === stamps.get(name)), stamp: stamp ?? '' };
  };
  return new Map([...names].map((name) => [name, sightingOf(name)]));
}

function yieldOf(file: LoadedFile | undefined, isAsRead: boolean): Yield {
  if (file === undefined || file.latest.problem !== undefined) return 'unusable';
  return isAsRead && holdsDocuments(file) ? 'documents' : 'unfinished';
}
