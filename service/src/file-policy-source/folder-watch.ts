import { watch, type FSWatcher } from 'node:fs';
import { basename } from 'node:path';
import type { WatchedFolder } from './policy-files.js';

/** Tells that something happened in some folders; what, is for the next look to find out. */
export interface FolderWatch {
  /** Watches these folders (by path) and no others from now on. */
  watchExactly(folders: ReadonlyMap<string, WatchedFolder>): void;
  close(): void;
}

/**
 * A folder that can't be watched (too many watches, a network file system) is left out: the caller looks at
 * intervals in any case.
 */
export function createFolderWatch(onEvent: () => void): FolderWatch {
  const watchers = new Map<string, { readonly identity: string; readonly watcher: FSWatcher }>();
  let wanted: ReadonlyMap<string, WatchedFolder> = new Map();
  const drop = (folder: string): void => {
    watchers.get(folder)?.watcher.close();
    watchers.delete(folder);
  };
  const add = (folder: string, identity: string): void => {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        const names = wanted.get(folder)?.names;
        // Some systems name nothing; what happens to the folder itself comes under its own name.
        if (names === undefined || name === null || names.has(name) || name === basename(folder)) onEvent();
      });
      watcher.on('error', () => {
        drop(folder);
      });
      watchers.set(folder, { identity, watcher });
    } catch {
      // left to the looks at intervals
    }
  };
  return {
    watchExactly(folders) {
      wanted = folders;
      for (const [folder, { identity }] of watchers) {
        if (folders.get(folder)?.identity !== identity) drop(folder);
      }
      for (const [folder, { identity }] of folders) {
        if (!watchers.has(folder)) add(folder, identity);
      }
    },
    close() {
      for (const folder of [...watchers.keys()]) drop(folder);
    },
  };
}
