import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bootstrap, localRunFiles } from '@omnia-policy/envoy';
import type { LocalRunSettings } from '@omnia-policy/envoy';
import type { MeshNeeds } from '@omnia-policy/policy';
import t from 'tap';
import { acquireEnvoy } from '../acquire-envoy/acquire-envoy.js';
import { copyWasmModule, writeTrustedCas } from './work-folder.js';

const binary = await acquireEnvoy({
  env: process.env,
  report: (line) => {
    t.comment(line);
  },
});
t.comment(`Envoy ${binary.version} at ${binary.path}`);

const folder = mkdtempSync(join(tmpdir(), 'omnia-accepts-'));
t.teardown(() => {
  rmSync(folder, { recursive: true });
});
const trustedCaFile = await writeTrustedCas(folder, undefined);
const wasmFile = await copyWasmModule(folder);

const golden = fileURLToPath(new URL('../../../envoy/testdata/', import.meta.url));
const names = readdirSync(golden).filter((name) => name.endsWith('.in.json'));

interface Case {
  readonly needs: MeshNeeds;
  readonly settings: LocalRunSettings;
}

/** A golden case with files that exist on this machine; returns the path of its bootstrap. */
function writeCase(name: string, change: (value: Case) => Case = (value) => value): string {
  const own = mkdtempSync(join(folder, 'case-'));
  const read = JSON.parse(readFileSync(join(golden, name), 'utf8')) as Case;
  const { needs, settings } = change(read);
  const { tls, ...upstream } = settings.upstream;
  const local: LocalRunSettings = {
    ...settings,
    filterFolder: join(own, 'filters'),
    upstream: { ...upstream, ...(tls === undefined ? {} : { tls: { trustedCaFile } }) },
    wasmModule:
      'filename' in settings.wasmModule
        ? { filename: wasmFile }
        : { inlineBase64: readFileSync(wasmFile).toString('base64') },
  };
  mkdirSync(local.filterFolder);
  for (const file of localRunFiles(needs, local, '1'))
    writeFileSync(join(local.filterFolder, file.name), file.content);
  const path = join(own, 'bootstrap.json');
  writeFileSync(path, JSON.stringify(bootstrap(local)));
  return path;
}

for (const name of names) {
  t.test(`Envoy ${binary.version} accepts the configuration of ${name}`, async (t) => {
    const args = [
      '--mode',
      'validate',
      '--disable-hot-restart',
      '--log-level',
      'warning',
      '-c',
      writeCase(name),
    ];
    const { stdout, stderr } = await promisify(execFile)(binary.path, args);
    t.match(stdout + stderr, / OK\n/);
    t.notMatch(stderr, /deprecated/i);
  });
}

/** Starts Envoy for real, on free ports, and returns what it says until it is live or gone. */
async function startFor(path: string): Promise<{ readonly live: boolean; readonly words: string }> {
  const child = spawn(
    binary.path,
    ['--disable-hot-restart', '--concurrency', '1', '--log-level', 'info', '-c', path],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let live = false;
  child.stderr.on('data', (chunk: Buffer) => {
    // Said once every listener has its filters' configuration and the workers run.
    if (!chunk.includes('all dependencies initialized. starting workers')) return;
    live = true;
    child.kill('SIGTERM');
  });
  const [words] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { live, words };
}

function onFreePorts(value: Case): Case {
  const free = { host: '127.0.0.1', port: 0 };
  return { ...value, settings: { ...value.settings, listen: free, admin: free } };
}

for (const name of names) {
  t.test(`Envoy ${binary.version} starts with the configuration and the filters of ${name}`, async (t) => {
    const { live, words } = await startFor(writeCase(name, onFreePorts));
    t.ok(live, words);
    t.notMatch(words, /\[(warning|error|critical)\]\[(config|wasm)\]/);
  });
}

for (const missing of ['omnia.claims.json', 'omnia.ext_authz.json', 'omnia.inject.json']) {
  t.test(`Envoy does not serve without the file ${missing}`, async (t) => {
    const path = writeCase('tutorial.in.json', onFreePorts);
    rmSync(join(path, '../filters', missing));
    const { live, words } = await startFor(path);
    t.notOk(live);
    t.match(words, missing);
  });
}
