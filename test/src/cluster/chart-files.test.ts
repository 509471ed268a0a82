import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import t from 'tap';
import {
  CHART_FILES,
  chartCopies,
  INSTALL,
  installFiles,
  type ManifestFile,
} from '../chart/manifest-files.js';
import { readObjects } from '../chart/chart-objects.js';
import { renderChart, templateChart } from '../chart/render-chart.js';
import { fencedBlocks } from '../fenced-blocks.js';
import { ROOT } from '../stack.js';
import { missingTools } from '../tools/find-tool.js';

const skip = missingTools('helm');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Paths below the root of all files in a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((path) => statSync(join(ROOT, path)).isFile())
    .sort();
}

function stale(files: readonly ManifestFile[], folder: string): string[] {
  const there = filesBelow(folder);
  const missing = files.filter(({ path }) => !there.includes(path)).map(({ path }) => `${path} is missing`);
  const unknown = there.filter((path) => !files.some((file) => file.path === path));
  const differs = files.filter(({ path, text }) => there.includes(path) && read(path) !== text);
  return [
    ...missing,
    ...unknown.map((path) => `${path} should not be there`),
    ...differs.map(({ path }) => `${path} is not what it is made of says: run npm run manifests`),
  ];
}

t.test('the chart holds the CRDs and the alerts as they are', (t) => {
  t.same(stale(chartCopies(), CHART_FILES), []);
  t.end();
});

t.test('the plain manifests are what the chart makes', { skip }, async (t) => {
  t.same(stale(await installFiles(), INSTALL), []);
  t.notMatch(read(`${INSTALL}/omnia-policy.yaml`), /Helm|companion|agentruntimes\.omnia\.altairalabs\.ai/);
});

t.test('a CRD passes through the chart unchanged, and is kept when the release goes', { skip }, async (t) => {
  const isCrd = ({ kind }: { kind: string }): boolean => kind === 'CustomResourceDefinition';
  const made = readObjects(await renderChart({ values: { companionCrds: { create: true } } })).filter(isCrd);
  const written = filesBelow('manifests/crds').flatMap((path) => readObjects(read(path)));
  t.equal(made.length, written.length);
  for (const crd of written) {
    const found = made.find(({ metadata }) => metadata.name === crd.metadata.name);
    const annotations = { 'helm.sh/resource-policy': 'keep', ...crd.metadata.annotations };
    t.same(found, { ...crd, metadata: { ...crd.metadata, annotations } }, crd.metadata.name);
  }
});

/** Where an object is a value of its own, and not a group of values. */
const WHOLE = /(^|\.)(resources|podAnnotations|nodeSelector|affinity|labels)$/;

function leaves(value: unknown, path = ''): [path: string, value: unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || WHOLE.test(path))
    return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

t.test('the values page, the values file and their schema name the same', (t) => {
  const values = leaves(parse(read('manifests/chart/values.yaml')));
  const table = read('docs/install.md').split('\n## Values\n')[1] ?? '';
  const rows = [...table.matchAll(/^\| `([\w.]+)` \|(.*?)\|/gm)].map(([, path = '', cell = '']) => ({
    path,
    shown: cell.trim().replace(/^`(.*)`$/, '$1'),
  }));
  t.same(
    rows.map(({ path }) => path),
    values.map(([path]) => path),
  );
  for (const [path, value] of values) {
    const shown = rows.find((row) => row.path === path)?.shown;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    // Long ones are put into words.
    if (text.length > 30) t.match(shown, /\w .*\w/, path);
    else t.equal(shown, text, path);
  }
  const schema = JSON.parse(read('manifests/chart/values.schema.json')) as Schema & {
    readonly definitions: Readonly<Record<string, Schema>>;
  };
  const known = (at: Schema, [key, ...rest]: string[]): boolean => {
    const { $ref } = at;
    const here = $ref === undefined ? at : (schema.definitions[$ref.replace('#/definitions/', '')] ?? {});
    const next = here.properties?.[key ?? ''];
    return key === undefined || (next !== undefined && known(next, rest));
  };
  for (const [path] of values) t.ok(known(schema, path.split('.')), path);
  t.end();
});

t.test('the values that the install page shows are taken', { skip }, async (t) => {
  const blocks = fencedBlocks(read('docs/install.md')).filter(({ language }) => language === 'values');
  t.ok(blocks.length > 1);
  for (const { text, line } of blocks) {
    const { code, stderr } = await templateChart({ values: parse(text) as unknown });
    t.equal(code, 0, `docs/install.md:${line}: ${stderr}`);
  }
});
