import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { errorText } from '../errors.js';
import { isThere, lookAt, type Found, type FoundFile } from './look-at.js';

/** A policy file as a look into the folder shows it, unread. */
export interface PolicyFile extends Omit<FoundFile, 'kind'> {
  /** Path below the folder, with `/`. Names the file in problems and origins. */
  readonly name: string;
  /** Why nothing can be read under this name although something is there. */
  readonly fault?: string;
}

/** A folder in which a change can change what is read. */
export interface WatchedFolder {
  /** Differs when the folder was replaced. */
  readonly identity: string;
  /** The only names in it that matter; undefined: all. */
  readonly names: ReadonlySet<string> | undefined;
}

export interface PolicyFiles {
  /** By name, sorted. */
  readonly files: ReadonlyMap<string, PolicyFile>;
  /** By path. */
  readonly folders: ReadonlyMap<string, WatchedFolder>;
}

interface Listing {
  readonly folder: string;
  readonly files: Map<string, PolicyFile>;
  /** Why what is below these names can't be seen. */
  readonly faults: Map<string, string>;
  /** Real paths of the files and folders that were visited. */
  readonly visited: Set<string>;
  readonly watched: Map<string, Set<string> | undefined>;
}

/**
 * Lists the *.yaml, *.yml and *.json files of a folder and of those below it. Links are followed, each real folder
 * and file is visited once, so loops end. Names that begin with a dot are left out: editors keep swap files there,
 * and Kubernetes the `..data` folder of a mounted ConfigMap, which the visible names link to; and `lost+found`, which
 * only root can read and only fsck writes.
 *
 * What is there and can't be read is listed with a fault, and so is every `known` name below it: a failing disk
 * deletes no policy.
 *
 * @throws the file system's error when the folder itself can't be read
 */
export async function listPolicyFiles(folder: string, known: Iterable<string> = []): Promise<PolicyFiles> {
  const whole = resolve(folder);
  const watched = new Map([[dirname(whole), new Set([basename(whole)])]]);
  const listing: Listing = { folder, files: new Map(), faults: new Map(), visited: new Set(), watched };
  const open = [''];
  for (let below = open.pop(); below !== undefined; below = open.pop()) {
    open.push(...(await listFolder(listing, below)));
  }
  const { files, faults } = listing;
  for (const name of known) {
    const [, fault] = [...faults].find(([above]) => name.startsWith(`${above}/`)) ?? [];
    if (fault !== undefined && !files.has(name)) files.set(name, faulty(listing, name, fault));
  }
  return {
    files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
    folders: await identify(listing.watched),
  };
}

/** Whether a file was written since it was listed. */
export async function isStillAsListed(file: PolicyFile): Promise<boolean> {
  if (file.fault !== undefined) return true;
  const found = await lookAt(file.path);
  return found?.kind === 'file' && found.stamp === file.stamp;
}

/** Returns the names of the folders in it. */
async function listFolder(listing: Listing, below: string): Promise<string[]> {
  const path = join(listing.folder, below);
  const folders: string[] = [];
  for (const entry of await entriesOf(listing, below)) {
    const name = below === '' ? entry : `${below}/${entry}`;
    const found = await lookAt(join(path, entry));
    if (found === undefined) continue;
    if (/\.(ya?ml|json)$/i.test(entry)) noteFile(listing, name, found);
    else if (found.kind === 'folder') folders.push(name);
    else if (found.kind === 'fault') listing.faults.set(name, `${name} can not be read: ${found.reason}`);
  }
  return folders;
}

async function entriesOf(listing: Listing, below: string): Promise<string[]> {
  const { folder, visited, watched, files, faults } = listing;
  const path = join(folder, below);
  try {
    const real = await realpath(path);
    if (visited.has(real)) return [];
    visited.add(real);
    watched.set(real, undefined);
    const entries = await readdir(path);
    return entries.filter((name) => !name.startsWith('.') && name !== 'lost+found').sort();
  } catch (error) {
    if (below === '') throw error;
    if (!(await isThere(path))) return [];
    const fault = `the folder ${below} can not be read: ${errorText(error)}`;
    faults.set(below, fault);
    // Policies may be in it that were never read, so it counts like a file that can't be read.
    files.set(below, faulty(listing, below, fault));
    return [];
  }
}

function noteFile(listing: Listing, name: string, found: Found): void {
  const { files, visited, watched } = listing;
  if (found.kind === 'folder') {
    files.set(name, faulty(listing, name, 'a folder has the name of a policy file; rename it'));
  } else if (found.kind === 'fault') {
    files.set(name, faulty(listing, name, `the file can not be read: ${found.reason}`));
  } else if (!visited.has(found.path)) {
    visited.add(found.path);
    const [folder, names] = [dirname(found.path), new Set([basename(found.path)])];
    if (!watched.has(folder)) watched.set(folder, names);
    else watched.get(folder)?.add(basename(found.path));
    const { path, stamp, identity, size, writtenMs } = found;
    files.set(name, { name, path, stamp, identity, size, writtenMs });
  }
}

function faulty({ folder }: Listing, name: string, fault: string): PolicyFile {
  return {
    name,
    path: join(folder, name),
    stamp: `fault|${fault}`,
    identity: '',
    size: 0,
    writtenMs: 0,
    fault,
  };
}

/** Folders that vanished meanwhile are left out. */
async function identify(
  watched: ReadonlyMap<string, ReadonlySet<string> | undefined>,
): Promise<ReadonlyMap<string, WatchedFolder>> {
  const folders = new Map<string, WatchedFolder>();
  for (const [path, names] of watched) {
    try {
      const { dev, ino } = await stat(path);
      folders.set(path, { identity: `${dev}:${ino}`, names });
    } catch {
      // the next look sees what became of it
    }
  }
  return folders;
}
