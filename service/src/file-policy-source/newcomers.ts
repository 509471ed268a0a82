/** A file is moved by deleting it under one name and writing it under another, which can take a while. */
const moveMs = 5000;

/**
 * Whether a file gave documents: `unusable`: it can not be read, or could not be read yet; `unfinished`: it holds none
 * or was written since it was read.
 */
export type Yield = 'documents' | 'unfinished' | 'unusable';

export interface Sighting {
  readonly gave: Yield;
  /** Equal as long as nobody wrote the file. */
  readonly stamp: string;
}

/** The files of which what they hold is not known (yet): each may hold what a file held that is gone. */
export interface Newcomers {
  /** Takes note of all files that are there. */
  note(files: ReadonlyMap<string, Sighting>, nowMs: number): void;
  /** Whether one of them may hold what was in a file that is gone since then. */
  mayReplace(goneSinceMs: number): boolean;
}

interface Newcomer extends Sighting {
  /** When it came, or an edit broke it or left it broken. */
  readonly sinceMs: number;
}

/**
 * Only those that came after the deletion or shortly before it count, or one broken file would hold up every deletion
 * for as long as it is there. An unfinished one may still be written; after a while it is meant to be so.
 */
export function createNewcomers(): Newcomers {
  const newcomers = new Map<string, Newcomer>();
  let lookMs = -Infinity;
  return {
    note(files, nowMs) {
      lookMs = nowMs;
      for (const name of newcomers.keys()) if (!files.has(name)) newcomers.delete(name);
      for (const [name, sighting] of files) {
        const before = newcomers.get(name);
        const isEdited = sighting.gave === 'unusable' && before?.stamp !== sighting.stamp;
        const sinceMs = before === undefined || isEdited ? nowMs : before.sinceMs;
        if (sighting.gave === 'documents') newcomers.delete(name);
        else newcomers.set(name, { ...sighting, sinceMs });
      }
    },
    mayReplace: (goneSinceMs) =>
      [...newcomers.values()].some(
        ({ gave, sinceMs }) =>
          sinceMs >= goneSinceMs - moveMs && (gave === 'unusable' || lookMs - goneSinceMs < moveMs),
      ),
  };
}
