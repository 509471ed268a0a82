import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { compilePolicySet } from './compile-policy-set.js';
import type { PolicyDocument } from './document.js';
import type { PolicySet } from './policy-set.js';
import { API_VERSION } from './resources/resource.js';

/**
 * Random edits of a few files, checked against what an author would say of each document: who it is, whether it is good,
 * and which version last was. The author knows which document is which; the program sees the files only.
 */
const SEED = 20_270_113;
const FILES = ['a.yaml', 'b.yaml', 'c.yaml'];
const NAMES = ['k', 'l', 'm', 'n'];

interface AuthoredDocument {
  readonly name: string;
  /** Undefined when it was deleted. */
  file: string | undefined;
  version: number;
  broken: Breakage | undefined;
  /** The version to hold on to, and the file that an edit must take it away from. */
  good: { readonly tool: string; readonly file: string } | undefined;
}

type Json = Record<string, unknown>;
interface Breakage {
  readonly readableName: boolean;
  readonly write: (document: Json, name: string) => unknown;
}

const unnamed = (write: Breakage['write']): Breakage => ({ readableName: false, write });
const metadataOf = (metadata: unknown): Breakage => unnamed((document) => ({ ...document, metadata }));
const BREAKAGES: readonly Breakage[] = [
  { readableName: true, write: (document) => ({ ...document, spec: { rules: 5 } }) },
  { readableName: true, write: (document) => ({ ...document, kind: 'ToolPolcy' }) },
  { readableName: true, write: (document) => ({ ...document, apiVersion: 'v1' }) },
  metadataOf({ namespace: 'production' }),
  metadataOf({ name: 7, namespace: 'production' }),
  metadataOf(undefined),
  unnamed((document, name) => ({ ...document, metadata: { name, namespace: 'Production' } })),
  unnamed((document, name) => ({ ...document, metadata: { name, namepsace: 'production' } })),
  unnamed((document, name) => ({ ...document, metadata: { name: `new-${name}` }, spec: {} })),
  unnamed(() => ({ apiVersion: 'v1', kind: 'List', items: [] })),
  unnamed(() => null),
  unnamed(() => 'text'),
];

const toolOf = (name: string, file: string, version: number): string => `${name}-${file}-${version}`;

/** Each version of each document denies a tool of its own. */
function written(document: AuthoredDocument, origin: string): PolicyDocument {
  const good = {
    apiVersion: API_VERSION,
    kind: 'ToolPolicy',
    metadata: { name: document.name, namespace: 'production' },
    spec: {
      selector: { registry: 'r', tools: [toolOf(document.name, document.file ?? '', document.version)] },
      rules: [{ name: 'r', deny: { cel: 'true', message: 'm' } }],
    },
  };
  return { origin, value: document.broken ? document.broken.write(good, document.name) : good };
}

const edit = fc.record({
  kind: fc.constantFrom('add', 'change', 'break', 'break', 'mend', 'move', 'delete', 'reorder'),
  which: fc.nat(30),
  to: fc.nat(30),
});
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;
const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % list.length];

/** The author's folder. A name is never used in one file for two documents: nobody could tell these apart. */
interface Folder {
  documents: AuthoredDocument[];
  readonly owners: Map<string, AuthoredDocument>;
}

function apply(folder: Folder, { kind, which, to }: Edit): void {
  const present = folder.documents.filter(({ file }) => file !== undefined);
  const document = pick(present, which);
  const file = pick(FILES, to) ?? '';
  if (kind === 'add') {
    add(folder, pick(NAMES, which) ?? '', file);
    return;
  }
  if (!document) return;
  document.version += 1;
  if (kind === 'change' || kind === 'mend') document.broken = kind === 'mend' ? undefined : document.broken;
  if (kind === 'break') document.broken = pick(BREAKAGES, to);
  if (kind === 'move' && owns(folder, document, file)) document.file = file;
  if (kind === 'delete') document.file = undefined;
  if (kind === 'reorder') folder.documents.reverse();
}

function add(folder: Folder, name: string, file: string): void {
  const document: AuthoredDocument = { name, file, version: 0, broken: undefined, good: undefined };
  if (owns(folder, document, file)) folder.documents.push(document);
}

function owns({ owners }: Folder, document: AuthoredDocument, file: string): boolean {
  const place = `${document.name} in ${file}`;
  if (!owners.has(place)) owners.set(place, document);
  return owners.get(place) === document;
}

function documentsOf({ documents }: Folder): PolicyDocument[] {
  return FILES.flatMap((file) =>
    documents
      .filter((document) => document.file === file)
      .map((document, index) => written(document, index === 0 ? file : `${file}#${index + 1}`)),
  );
}

/** Fails for what the author would miss in the set, or would find in it though it was taken away. */
function check(folder: Folder, set: PolicySet): void {
  const inForce = (tool: string): boolean =>
    set.toolPolicies('production', 'r', tool).some((policy) => !policy.broken && policy.tools.has(tool));
  const isWhole = (file: string): boolean =>
    folder.documents.every((document) => document.file !== file || document.broken === undefined);
  const isNamed = (name: string): boolean =>
    folder.documents.some((one) => one.file !== undefined && one.name === name && one.broken?.readableName);
  for (const document of folder.documents) {
    const { name, file, version, broken, good } = document;
    if (file !== undefined && !broken) document.good = { tool: toolOf(name, file, version), file };
    else if (good && good.file !== file && isWhole(good.file)) {
      if (!isNamed(name) && inForce(good.tool)) throw new Error(`${good.tool} lives on`);
      document.good = file !== undefined && broken?.readableName ? { ...good, file } : undefined;
    }
    if (document.good && !inForce(document.good.tool)) throw new Error(`${document.good.tool} is lost`);
  }
}

const seen = (set: PolicySet): string[] => set.documents.map(({ value }) => JSON.stringify(value));

/** Gives the very same document again while nothing in it changes, as the source that follows an API server does. */
function createHandingOut(): (documents: readonly PolicyDocument[]) => PolicyDocument[] {
  const given = new Map<string, PolicyDocument>();
  return (documents) =>
    documents.map((document) => {
      const text = JSON.stringify(document);
      const same = given.get(text) ?? document;
      given.set(text, same);
      return same;
    });
}

/** Fails if the two sets enforce or report something different. */
function mustAgree(set: PolicySet, other: PolicySet, what: string): void {
  const said = ({ entries, documents }: PolicySet): unknown => ({ entries, documents });
  if (!isDeepStrictEqual(said(set), said(other))) throw new Error(what);
}

t.test(
  'nothing good is lost by an edit that breaks something, and nothing deleted stays in a good file',
  (t) => {
    const loads = fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(loads, (batches) => {
        const folder: Folder = { documents: [], owners: new Map() };
        const handOut = createHandingOut();
        let previous: PolicySet | undefined;
        let reusing: PolicySet | undefined;
        let elsewhere: PolicySet | undefined;
        for (const batch of batches) {
          for (const one of batch) apply(folder, one);
          const options = { revision: '1', ...(previous && { previous }) };
          const set = compilePolicySet(documentsOf(folder), options);
          check(folder, set);
          const reused = { revision: '1', ...(reusing && { previous: reusing }) };
          reusing = compilePolicySet(handOut(documentsOf(folder)), reused);
          mustAgree(set, reusing, 'documents that are the same objects make another set');
          const copied = compilePolicySet(set.documents, { revision: '1' });
          if (seen(copied).join() !== seen(set).join()) throw new Error('its documents say something else');
          const known = elsewhere && { reuse: elsewhere };
          elsewhere = compilePolicySet(structuredClone(set.documents), { revision: '1', ...known });
          mustAgree(copied, elsewhere, 'what was compiled elsewhere before makes a difference');
          previous = set;
        }
      }),
      { seed: SEED, numRuns: 400 },
    );
    t.pass();
    t.end();
  },
);
