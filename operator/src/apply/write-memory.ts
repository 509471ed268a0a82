/** What was written last of one object. */
export interface Written {
  /** Hash of what was sent. */
  readonly wanted: string;
  /** Of what the server stored: it may add defaults of its own. */
  readonly stored: string;
  readonly resourceVersion: string;
}

/** What one leader has written, by owner and object. It grows with what is wanted, not with what ever was. */
export interface WriteMemory {
  get(owner: string, key: string): Written | undefined;
  /**
   * The same, for so long as the watch may lag behind it. Later only the watch counts: a database that was restored from a
   * backup has versions that the watch never comes to.
   */
  recent(owner: string, key: string): Written | undefined;
  /** The same content as last time puts the object right once more. */
  note(owner: string, key: string, written: Written): void;
  /** Everything else of this owner is forgotten. */
  keepOnly(owner: string, keys: ReadonlySet<string>): void;
  /** False when the object was put right so often that somebody must be working against it. */
  mayRepair(owner: string, key: string): boolean;
}

interface Remembered {
  written: Written;
  atMs: number;
  /** How many repairs are left, as of `countedMs`. */
  repairs: number;
  countedMs: number;
}

const RECENT_MS = 30_000;
/** So many repairs come at once, */
export const REPAIRS = 10;
/** and then one in each of these. */
export const REPAIR_MS = 10_000;

/** @param nowMs a clock that is never set */
export function createWriteMemory(nowMs: () => number): WriteMemory {
  const owners = new Map<string, Map<string, Remembered>>();
  const find = (owner: string, key: string): Remembered | undefined => owners.get(owner)?.get(key);
  return {
    get: (owner, key) => find(owner, key)?.written,
    recent(owner, key) {
      const one = find(owner, key);
      return one && nowMs() - one.atMs <= RECENT_MS ? one.written : undefined;
    },
    note(owner, key, written) {
      const one = find(owner, key);
      const isRepair = one?.written.wanted === written.wanted;
      const repairs = one === undefined ? REPAIRS : one.repairs - (isRepair ? 1 : 0);
      const objects = owners.get(owner) ?? new Map<string, Remembered>();
      objects.set(key, { written, repairs, countedMs: one?.countedMs ?? nowMs(), atMs: nowMs() });
      owners.set(owner, objects);
    },
    keepOnly(owner, keys) {
      const objects = owners.get(owner);
      for (const key of objects?.keys() ?? []) if (!keys.has(key)) objects?.delete(key);
      if (objects?.size === 0) owners.delete(owner);
    },
    mayRepair(owner, key) {
      const one = find(owner, key);
      if (one === undefined) return true;
      const regained = Math.floor((nowMs() - one.countedMs) / REPAIR_MS);
      one.repairs = Math.min(REPAIRS, one.repairs + regained);
      one.countedMs = one.repairs === REPAIRS ? nowMs() : one.countedMs + regained * REPAIR_MS;
      return one.repairs > 0;
    },
  };
}
