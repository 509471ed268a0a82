/** A file is moved by deleting it under one name and writing it under another, which can take a while. */
const moveMs = 5000;

/** Whether a file gave documents: `unusable`: it could not be read yet; `empty`: it holds none. */
export type Yield = 'documents' | 'empty' | 'unusable';

/** The files that came and gave no documents yet: each may be the new name of one that is gone. */
export interface Newcomers {
  /** Takes note of all files that are there. */
  note(files: ReadonlyMap<string, Yield>, nowMs: number): void;
  /** Whether one of them may be the new name of a file that is gone since then. */
  mayReplace(goneSinceMs: number): boolean;
}

/**
 * Only those that came after the deletion or shortly before it count, or one broken file would hold up every deletion
 * for as long as it is there. An empty one may still be written; after a while it is meant to be empty.
 */
export function createNewcomers(): Newcomers {
  const sinceMs = new Map<string, number>();
  let counting: readonly number[] = [];
  return {
    note(files, nowMs) {
      for (const name of sinceMs.keys()) if (!files.has(name)) sinceMs.delete(name);
      for (const [name, gave] of files) {
        if (gave === 'documents') sinceMs.delete(name);
        else if (!sinceMs.has(name)) sinceMs.set(name, nowMs);
      }
      counting = [...sinceMs]
        .filter(([name, since]) => files.get(name) === 'unusable' || nowMs - since < moveMs)
        .map(([, since]) => since);
    },
    mayReplace: (goneSinceMs) => counting.some((since) => since >= goneSinceMs - moveMs),
  };
}
