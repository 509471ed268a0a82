import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { builtFolder, TOOL_MODULES } from './tool-modules.js';

/** Path of a tool, or of a folder of definitions: from KUBEBUILDER_ASSETS, else from PATH, else what build-tools.ts has built. Undefined: nowhere. */
export function findTool(name: string): string | undefined {
  const module = TOOL_MODULES.find(({ tools, definitions = [] }) =>
    [...tools, ...definitions].some((item) => item.name === name),
  );
  const folders = [
    process.env.KUBEBUILDER_ASSETS ?? '',
    ...(process.env.PATH ?? '').split(delimiter),
    module === undefined ? '' : builtFolder(module),
  ];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** @throws Error that says how to get it */
export function requireTool(name: string): string {
  const path = findTool(name);
  if (path === undefined) throw new Error(missing([name]));
  return path;
}

/** For tap's `skip`: which of these tools are not there, or false. */
export function missingTools(...names: readonly string[]): string | false {
  const absent = names.filter((name) => findTool(name) === undefined);
  return absent.length === 0 ? false : missing(absent);
}

function missing(names: readonly string[]): string {
  return `no ${names.join(', ')} in KUBEBUILDER_ASSETS, PATH or the cache folder: run npm run tools (needs Go)`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
