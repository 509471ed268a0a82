import type { PolicyFile } from './policy-files.js';

/**
 * A file must be at rest this long before it is read, so that a half-written one is not, and a vanished one before it
 * is believed gone: many programs truncate or delete before they write.
 */
export const settleMs = 300;
/** Changes that come together are taken together; one file that never rests holds up the others no longer than this. */
export const longestWaitMs = 500;

/** `restless`: replaced again and again, each time by a whole file; read as it comes, and read again. */
export type SettledFile = PolicyFile & { readonly restless?: true };

export interface SettledChanges {
  /** Files to read again. */
  readonly changed: readonly SettledFile[];
  /** Names of files that are gone. */
  readonly removed: readonly string[];
  /** Some change is not at rest yet: look again soon. */
  readonly waiting: boolean;
}

/** Decides from successive looks at a folder which changes are ready to be taken. Keeps no clock: `nowMs` is given. */
export interface Settling {
  look(
    files: ReadonlyMap<string, PolicyFile>,
    taken: ReadonlyMap<string, string>,
    nowMs: number,
  ): SettledChanges;
}

interface Pending {
  /** Of the file as last seen; undefined: it is gone. */
  readonly stamp: string | undefined;
  readonly identity: string | undefined;
  /** The last change put another file in its place, so it was never half written. */
  readonly replaced: boolean;
  readonly restsSinceMs: number;
  readonly firstSeenMs: number;
}

/** `taken` maps the names of files to the stamps with which they were last read. */
export function createSettling(): Settling {
  const pending = new Map<string, Pending>();
  return {
    look(files, taken, nowMs) {
      const names = new Set([...files.keys(), ...taken.keys()]);
      for (const name of pending.keys()) if (!names.has(name)) pending.delete(name);
      for (const name of names) note(pending, { name, file: files.get(name), taken: taken.get(name), nowMs });
      const ready = [...pending].filter(([, { restsSinceMs }]) => nowMs - restsSinceMs >= settleMs);
      const waited = Math.max(0, ...[...pending.values()].map(({ firstSeenMs }) => nowMs - firstSeenMs));
      const waiting = ready.length < pending.size;
      if (waiting && waited < longestWaitMs) return { changed: [], removed: [], waiting };
      for (const [name] of ready) pending.delete(name);
      const changed = ready.flatMap(([name]) => files.get(name) ?? []);
      const removed = ready.map(([name]) => name).filter((name) => !files.has(name));
      return { changed: [...changed, ...takeRestless(pending, files, nowMs)], removed, waiting };
    },
  };
}

/** A file that somebody replaces all the time must not stay at the version of long ago. */
function takeRestless(
  pending: Map<string, Pending>,
  files: ReadonlyMap<string, PolicyFile>,
  nowMs: number,
): SettledFile[] {
  return [...pending].flatMap(([name, { replaced, firstSeenMs }]) => {
    const file = files.get(name);
    if (!file || file.size === 0 || !replaced || nowMs - firstSeenMs < longestWaitMs) return [];
    pending.delete(name);
    return [{ ...file, restless: true as const }];
  });
}

interface Sighting {
  readonly name: string;
  readonly file: PolicyFile | undefined;
  readonly taken: string | undefined;
  readonly nowMs: number;
}

function note(pending: Map<string, Pending>, { name, file, taken, nowMs }: Sighting): void {
  const stamp = file?.stamp;
  if (stamp === taken) {
    pending.delete(name);
    return;
  }
  const before = pending.get(name);
  if (before !== undefined && before.stamp === stamp) return;
  const identity = file?.identity;
  pending.set(name, {
    stamp,
    identity,
    replaced: before?.identity !== undefined && before.identity !== identity,
    restsSinceMs: nowMs,
    firstSeenMs: before?.firstSeenMs ?? nowMs,
  });
}
