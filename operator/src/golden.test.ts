import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { KubeObject } from '@omnia-policy/kube';
import t from 'tap';
import { parseAllDocuments, stringify } from 'yaml';
import type { ApplyOutcome } from './plan/plan.js';
import type { PlanSettings } from './plan/settings.js';
import { documentsOf, planEverything } from './testing/plan-everything.js';
import { worldOfObjects } from './testing/world-of-objects.js';

/**
 * Each testdata/<case>.in.yaml holds the objects of a cluster, <case>.out.yaml all that the operator makes of them: objects,
 * then statuses. A first document of kind GoldenCase may change the settings. With OMNIA_UPDATE_GOLDEN=1 the outputs are
 * written anew: read the difference before you keep it.
 */
const folder = fileURLToPath(new URL('../testdata/', import.meta.url));
const update = process.env.OMNIA_UPDATE_GOLDEN === '1';

const SETTINGS: PlanSettings = {
  systemNamespace: 'omnia-system',
  trustDomain: 'cluster.local',
  extAuthz: {
    host: 'omnia-ext-authz-headless.omnia-system.svc.cluster.local',
    port: 9191,
    timeoutMs: 1000,
    maxRequestBytes: 65_536,
  },
  // The smallest module that there is: the real one would be most of every output.
  wasmModule: { inlineBase64: 'AGFzbQEAAAA=' },
};

interface GoldenCase {
  readonly settings?: Partial<PlanSettings>;
  readonly outcome?: ApplyOutcome;
  /** What became of attachments, by owner. */
  readonly attachments?: Readonly<Record<string, ApplyOutcome>>;
  readonly knowsIstio?: boolean;
  /** Policies as they were before. */
  readonly former?: readonly KubeObject[];
}

const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.in.yaml'))
  .map((name) => name.slice(0, -'.in.yaml'.length));

t.ok(cases.length >= 20, 'the golden cases are there');

for (const name of cases) {
  t.test(`what the operator makes of the case ${name} is as reviewed`, (t) => {
    const text = planned(readFileSync(`${folder}${name}.in.yaml`, 'utf8'));
    const file = `${folder}${name}.out.yaml`;
    if (update) writeFileSync(file, text);
    t.equal(text, readFileSync(file, 'utf8'));
    t.end();
  });
}

t.test('the order of the objects in a cluster does not matter', (t) => {
  for (const name of cases) {
    const text = readFileSync(`${folder}${name}.in.yaml`, 'utf8');
    const sorted = (documents: readonly KubeObject[]): string[] =>
      documents.map((document) => JSON.stringify(document)).sort();
    const { objects, golden } = readCase(text);
    const reversed = plannedDocuments(objects.toReversed(), golden);
    t.strictSame(sorted(reversed), sorted(plannedDocuments(objects, golden)), name);
  }
  t.end();
});

function planned(input: string): string {
  const { objects, golden } = readCase(input);
  const options = { lineWidth: 120, aliasDuplicateObjects: false };
  return plannedDocuments(objects, golden)
    .map((document) => stringify(document, options))
    .join('---\n');
}

function plannedDocuments(objects: readonly KubeObject[], golden: GoldenCase): readonly KubeObject[] {
  const { settings, outcome = { kind: 'applied' }, former, attachments, knowsIstio } = golden;
  const world = worldOfObjects(objects, {
    ...(former === undefined ? {} : { former: former.map(stored) }),
    ...(attachments === undefined ? {} : { attachments }),
    ...(knowsIstio === undefined ? {} : { knowsIstio }),
  });
  return documentsOf(planEverything(world, { ...SETTINGS, ...settings }, outcome));
}

function readCase(input: string): { objects: readonly KubeObject[]; golden: GoldenCase } {
  const documents = parseAllDocuments(input).map((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw problem;
    return document.toJS() as KubeObject & GoldenCase;
  });
  const objects = documents.filter(({ kind }) => kind !== 'GoldenCase');
  const golden = documents.find(({ kind }) => kind === 'GoldenCase') ?? {};
  return { objects: objects.map(stored), golden };
}

/** With what the API server adds. */
function stored(object: KubeObject): KubeObject {
  const { generation = 1, uid = `uid-of-${object.metadata.name}`, resourceVersion = '100' } = object.metadata;
  return { ...object, metadata: { ...object.metadata, generation, uid, resourceVersion } };
}
