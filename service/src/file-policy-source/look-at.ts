import { lstat, realpath, stat } from 'node:fs/promises';
import { errorText, systemErrorCode } from '../errors.js';

/** What stands under a path, links followed. */
export type Found = FoundFile | { readonly kind: 'folder' } | FoundFault;

export interface FoundFile {
  readonly kind: 'file';
  readonly path: string;
  /** Equal as long as nobody wrote the file. */
  readonly stamp: string;
  /** Differs when another file was put in its place. */
  readonly identity: string;
  readonly size: number;
  readonly writtenMs: number;
}

/** Something is there that can't be looked at: a link that leads nowhere, a failing disk, missing rights. */
export interface FoundFault {
  readonly kind: 'fault';
  readonly reason: string;
}

/** Undefined for what is not there, or not any more. Never rejects: what fails is a fault. */
export async function lookAt(path: string): Promise<Found | undefined> {
  try {
    const status = await stat(path, { bigint: true });
    if (status.isDirectory()) return { kind: 'folder' };
    if (!status.isFile()) return { kind: 'fault', reason: 'it is neither a file nor a folder' };
    const real = await realpath(path);
    const identity = `${real}|${status.dev}|${status.ino}`;
    const stamp = `${identity}|${status.size}|${status.mtimeNs}|${status.ctimeNs}`;
    const [size, writtenMs] = [Number(status.size), Number(status.mtimeMs)];
    return { kind: 'file', path: real, stamp, identity, size, writtenMs };
  } catch (error) {
    if (!(await isThere(path))) return undefined;
    const isLost = systemErrorCode(error) === 'ENOENT';
    return { kind: 'fault', reason: isLost ? 'it is a link that leads nowhere' : errorText(error) };
  }
}

/** Whether the name itself exists, wherever it leads. Where that can't be told, it does. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    return !['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');
  }
}
