import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { systemErrorCode } from '../errors.js';

/** A policy file as a look into the folder shows it, unread. */
export interface PolicyFile {
  /** Path below the folder, with `/`. Names the file in problems and origins. */
  readonly name: string;
  readonly path: string;
  /** Equal as long as nobody wrote the file. */
  readonly stamp: string;
  /** Differs when another file was put in its place. */
  readonly identity: string;
  readonly size: number;
  readonly writtenMs: number;
}

export interface PolicyFiles {
  /** By name, sorted. */
  readonly files: ReadonlyMap<string, PolicyFile>;
  /** Folders in which a change can change what is read: path → identity, which differs when it was replaced. */
  readonly folders: ReadonlyMap<string, string>;
}

/**
 * Lists the *.yaml, *.yml and *.json files of a folder and of those below it. Links are followed, each real folder
 * and file is visited once, so loops end. Names that begin with a dot are left out: editors keep swap files there,
 * and Kubernetes the `..data` folder of a mounted ConfigMap, which the visible names link to.
 *
 * @throws the file system's error when a folder can't be read
 */
export async function listPolicyFiles(folder: string): Promise<PolicyFiles> {
  const files = new Map<string, PolicyFile>();
  const folders = new Set<string>([dirname(resolve(folder))]);
  const seen = new Set<string>();
  const open = [''];
  for (let below = open.pop(); below !== undefined; below = open.pop()) {
    const path = join(folder, below);
    const real = await realpath(path);
    if (seen.has(real)) continue;
    seen.add(real);
    folders.add(real);
    const entries = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
    for (const entry of entries) {
      const name = below === '' ? entry : `${below}/${entry}`;
      const found = await lookAt(join(folder, name));
      if (found === 'folder') open.push(name);
      if (found === 'folder' || found === undefined || !/\.(ya?ml|json)$/i.test(entry)) continue;
      if (seen.has(found.path)) continue;
      seen.add(found.path);
      folders.add(dirname(found.path));
      files.set(name, { name, ...found });
    }
  }
  return {
    files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
    folders: await identify(folders),
  };
}

/** Whether a file was written since it was listed. */
export async function isStillAsListed(file: PolicyFile): Promise<boolean> {
  const found = await lookAt(file.path);
  return found !== undefined && found !== 'folder' && found.stamp === file.stamp;
}

/** Undefined for what is neither, for a link that leads nowhere, and for what vanished since it was listed. */
async function lookAt(path: string): Promise<Omit<PolicyFile, 'name'> | 'folder' | undefined> {
  try {
    const status = await stat(path, { bigint: true });
    if (status.isDirectory()) return 'folder';
    if (!status.isFile()) return undefined;
    const real = await realpath(path);
    const identity = `${real}|${status.dev}|${status.ino}`;
    const stamp = `${identity}|${status.size}|${status.mtimeNs}|${status.ctimeNs}`;
    return { path: real, stamp, identity, size: Number(status.size), writtenMs: Number(status.mtimeMs) };
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return undefined;
    throw error;
  }
}

async function identify(folders: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  const identities = new Map<string, string>();
  for (const folder of folders) {
    const { dev, ino } = await stat(folder);
    identities.set(folder, `${dev}:${ino}`);
  }
  return identities;
}
