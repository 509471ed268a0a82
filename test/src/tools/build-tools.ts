import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findTool } from './find-tool.js';
import { builtFolder, moduleFolder, TOOL_MODULES, type Tool, type ToolModule } from './tool-modules.js';

/** Builds what the tests of cluster mode start, once for each version: minutes the first time, nothing afterwards. */
function main(): void {
  if (spawnSync('go', ['version'], { stdio: 'ignore' }).status !== 0) {
    report('go is not on PATH: what needs tools that are not there is skipped');
    return;
  }
  for (const module of TOOL_MODULES) {
    if (hasAll(module)) continue;
    build(module);
    report(`${module.name}: in ${builtFolder(module)}`);
  }
}

function hasAll({ tools, definitions = [] }: ToolModule): boolean {
  return [...tools, ...definitions].every(({ name }) => findTool(name) !== undefined);
}

/** Into a folder beside, renamed when all is there: a build that was interrupted leaves nothing half. */
function build(module: ToolModule): void {
  const folder = builtFolder(module);
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    for (const tool of module.tools) {
      report(`${module.name}: building ${tool.name}`);
      go(module, [...buildFlags(tool), '-o', join(unfinished, tool.name), tool.package]);
    }
    for (const { name, module: from, path, files } of module.definitions ?? []) {
      const source = join(go(module, ['list', '-m', '-f', '{{.Dir}}', from]).trim(), path);
      copy(source, join(unfinished, name), files);
    }
    if (existsSync(folder)) rmSync(folder, { recursive: true });
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function buildFlags({ tags = [], ldflags = [] }: Tool): string[] {
  return ['build', '-trimpath', `-tags=${tags.join(',')}`, '-ldflags', ['-s', '-w', ...ldflags].join(' ')];
}

function go(module: ToolModule, args: readonly string[]): string {
  const { status, stdout } = spawnSync('go', args, {
    ...{ cwd: moduleFolder(module), encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  });
  if (status !== 0)
    throw new Error(`go ${args.join(' ')} in ${moduleFolder(module)} ended with ${String(status)}`);
  return stdout;
}

function copy(source: string, target: string, files: RegExp): void {
  mkdirSync(target);
  for (const file of readdirSync(source).filter((name) => files.test(name))) {
    copyFileSync(join(source, file), join(target, basename(file)));
    // Go's module cache is read-only.
    chmodSync(join(target, file), 0o644);
  }
}

function report(line: string): void {
  process.stderr.write(`test tools: ${line}\n`);
}

main();
