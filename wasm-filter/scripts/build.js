import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Compiles the modules that are older than their sources. `--force` compiles all of them.
 *
 * omnia-filter.wasm is what ships; the other two are for tests.
 */
const MODULES = [
  { entry: 'assembly/index.ts', output: 'build/omnia-filter.wasm' },
  { entry: 'assembly/trap.ts', output: 'build/omnia-filter-trap.wasm' },
  { entry: 'assembly/probe.ts', output: 'build/omnia-filter-probe.wasm' },
];

const FLAGS = [
  '-O3',
  // A forgotten managed object is collected instead of leaking.
  ...['--runtime', 'incremental'],
  // A hostcall from a start section would crash the proxy: module code runs in an export that it calls later.
  ...['--exportStart', '_initialize'],
  // The proxy does not provide env.abort.
  ...['--use', 'abort=assembly/host/abortModule'],
  // 64 MiB: a leak becomes a trap, from which the proxy reloads.
  ...['--maximumMemory', '1024'],
];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compiler = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'));

async function newestInputMs() {
  const sources = (await readdir(join(root, 'assembly'))).map((name) => join(root, 'assembly', name));
  const inputs = [...sources, fileURLToPath(import.meta.url), join(root, 'package.json'), compiler];
  return Math.max(...(await Promise.all(inputs.map(modifiedMs))));
}

async function modifiedMs(path) {
  return (await stat(path)).mtimeMs;
}

/** Missing and empty outputs count as old. */
async function outputMs(path) {
  const found = await stat(path).catch(() => undefined);
  return found === undefined || found.size === 0 ? 0 : found.mtimeMs;
}

/** Writes beside the output and renames, so that whoever loads the module meanwhile gets a whole one. */
async function compile({ entry, output }) {
  const part = `${output}.${process.pid}.part`;
  await mkdir(join(root, 'build'), { recursive: true });
  try {
    await promisify(execFile)(process.execPath, [compiler, entry, ...FLAGS, '--outFile', part], {
      cwd: root,
    });
    await rename(join(root, part), join(root, output));
  } catch (error) {
    await rm(join(root, part), { force: true });
    throw new Error(`wasm-filter: ${entry} does not compile\n${error.stderr ?? ''}`, { cause: error });
  }
  console.log(`wasm-filter: ${output}`);
}

const newest = process.argv.includes('--force') ? Infinity : await newestInputMs();
for (const module of MODULES) {
  if ((await outputMs(join(root, module.output))) <= newest) await compile(module);
}
