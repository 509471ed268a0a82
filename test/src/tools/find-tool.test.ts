import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { findTool, missingTools, requireTool } from './find-tool.js';
import { builtFolder, TOOL_MODULES } from './tool-modules.js';

const folder = mkdtempSync(join(tmpdir(), 'omnia-find-tool-'));
t.teardown(() => {
  rmSync(folder, { recursive: true });
});

/** A folder with an executable `kubectl`. */
function tools(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'kubectl'), '');
  chmodSync(join(path, 'kubectl'), 0o755);
  return path;
}

const assets = tools('assets');
const onPath = tools('path');
const OMNIA_CACHE_DIR = join(folder, 'cache');

function setEnvironment(t: Test, env: Readonly<Record<string, string>>): void {
  t.intercept(process, 'env', { value: { OMNIA_CACHE_DIR, PATH: '', KUBEBUILDER_ASSETS: '', ...env } });
}

t.test('KUBEBUILDER_ASSETS, then PATH, then what was built', (t) => {
  setEnvironment(t, {});
  const kubernetes = TOOL_MODULES.find(({ name }) => name === 'kubernetes');
  if (kubernetes === undefined) throw new Error('no module kubernetes');
  t.equal(findTool('kubectl'), undefined);
  mkdirSync(builtFolder(kubernetes), { recursive: true });
  const built = join(builtFolder(kubernetes), 'kubectl');
  writeFileSync(built, '', { mode: 0o755 });
  t.equal(findTool('kubectl'), built);
  setEnvironment(t, { PATH: `/nowhere:${onPath}` });
  t.equal(findTool('kubectl'), join(onPath, 'kubectl'));
  setEnvironment(t, { PATH: onPath, KUBEBUILDER_ASSETS: assets });
  t.equal(findTool('kubectl'), join(assets, 'kubectl'));
  t.end();
});

t.test('a tool that is nowhere is named, with what to do', (t) => {
  setEnvironment(t, { PATH: onPath });
  t.equal(missingTools('kubectl'), false);
  t.match(missingTools('kubectl', 'helm', 'etcd'), /^no helm, etcd in .*npm run tools/);
  t.throws(() => requireTool('helm'), { message: /no helm in/ });
  t.end();
});
