import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { extAuthzNodeFlags } from '@omnia-policy/ext-authz';
import t from 'tap';
import { CONTAINERFILE, copiesOf, one, readStages, type Stage } from '../chart/containerfile.js';
import { ROOT } from '../stack.js';

const stages = readStages();

function stageOf(name: string): Stage {
  const stage = stages.find((candidate) => candidate.name === name);
  if (stage === undefined) throw new Error(`no stage ${name}`);
  return stage;
}

/** The image's own path of a file, in a folder that stands for the image. */
function inImage(image: string, path: string): string {
  return join(image, relative('/app', path));
}

/** What the last stage holds, made without a container engine: what was built is taken from this checkout. */
async function makeImage(name: string, folder: string): Promise<string> {
  const image = join(folder, name);
  for (const { stage = '', source, destination } of copiesOf(stageOf(name))) {
    const from = stage === 'build' ? ROOT : await installPackages(stage, folder);
    const target = join(image, destination);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(inImage(from, source), target, { recursive: true, verbatimSymlinks: true });
  }
  const prune = stageOf('build').instructions.find(({ rest }) => rest.startsWith('find '));
  execFileSync('sh', ['-c', prune?.rest ?? 'false'], { cwd: image });
  return image;
}

/** Runs a stage's npm command over what it needs: the packages' descriptions. */
async function installPackages(stage: string, folder: string): Promise<string> {
  const packages = join(folder, stage);
  if (existsSync(packages)) return packages;
  const files = ['package.json', 'package-lock.json'];
  const { workspaces } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    workspaces: readonly string[];
  };
  for (const file of [...files, ...workspaces.map((workspace) => `${workspace}/package.json`)]) {
    cpSync(join(ROOT, file), join(packages, file));
  }
  await promisify(execFile)('sh', ['-c', `${one(stageOf(stage), 'RUN')} --prefer-offline`], {
    cwd: packages,
  });
  return packages;
}

t.test('base images are stated once, and no tag floats', (t) => {
  const text = readFileSync(CONTAINERFILE, 'utf8');
  const images = [...text.matchAll(/^ARG (\w+)=(\S+)$/gm)].map(([, name = '', image = '']) => ({
    name,
    image,
  }));
  for (const { name, image } of images) {
    t.match(image, /:.*\d|:nonroot$/);
    t.not(image.split(':').at(-1), 'latest', name);
  }
  const bases = stages.map(({ base }) => base);
  for (const base of bases.filter((base) => !stages.some(({ name }) => name === base))) {
    t.ok(
      images.some(({ name }) => base === `\${${name}}`),
      base,
    );
  }
  t.end();
});

t.test('the images build on a Node that the project supports, the same to build and to run', (t) => {
  const text = readFileSync(CONTAINERFILE, 'utf8');
  const [build] = /(?<=library\/node:)\d+/.exec(text) ?? [];
  const [run] = /(?<=distroless\/nodejs)\d+/.exec(text) ?? [];
  t.equal(build, run);
  t.ok(Number(run) >= 20);
  t.end();
});

for (const [name, program] of [
  ['omnia-operator', 'operator'],
  ['omnia-ext-authz', 'ext-authz'],
] as const) {
  t.test(`${name} runs with what its image holds`, { timeout: 300_000 }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'omnia-image-'));
    t.teardown(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const image = await makeImage(name, folder);
    const stage = stageOf(name);
    t.equal(one(stage, 'USER'), '65532:65532');
    const [node, ...args] = JSON.parse(one(stage, 'ENTRYPOINT')) as string[];
    t.equal(node, '/nodejs/bin/node');
    const flags = args.filter((arg) => arg.startsWith('--'));
    t.same(flags, program === 'ext-authz' ? extAuthzNodeFlags : []);
    const [entry = ''] = args.filter((arg) => !arg.startsWith('--'));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...flags, inImage(image, entry), '--help'],
      {
        cwd: image,
        env: { NODE_ENV: 'production' },
      },
    );
    t.match(stdout, `Usage: ${name} `);
    t.notOk(existsSync(join(image, 'node_modules/typescript')), 'no tools for building');
    const nested = readdirSync(join(folder, `${program}-packages`)).filter((workspace) =>
      existsSync(join(folder, `${program}-packages`, workspace, 'node_modules')),
    );
    for (const workspace of nested) t.ok(existsSync(join(image, workspace, 'node_modules')), workspace);
    for (const link of readdirSync(join(image, 'node_modules/@omnia-policy'))) {
      t.ok(existsSync(join(image, 'node_modules/@omnia-policy', link, 'package.json')), link);
    }
    const files = readdirSync(image, { recursive: true, encoding: 'utf8' });
    t.same(
      files.filter((file) => /\.test\.|\.d\.ts$/.test(file) && !file.includes('node_modules/')),
      [],
    );
    t.end();
  });
}
