import { groupByKey, isGood, mayBeFormer, type CompiledDocument } from './compile-document.js';
import { fileOf } from './document.js';
import { compareText } from './index-policies.js';
import { distinct, type LoadedFile, type LoadedFiles } from './last-good.js';
import type { PolicyEntry } from './policy-set.js';
import { coveredBy, mayStandFor } from './stand-in.js';

/** What decides calls on behalf of one file. */
export interface EnforcedFile {
  readonly file: string;
  readonly documents: readonly Enforcement[];
  /** Former documents that are in force. */
  readonly kept: readonly CompiledDocument[];
  /** Those of them whose name no document shows: gone from the file, or there with a name that can't be read. */
  readonly unnamed: readonly CompiledDocument[];
}

type ByKey = ReadonlyMap<string, readonly CompiledDocument[]>;

/** How one document of a load takes effect. */
export interface Enforcement {
  readonly document: CompiledDocument;
  readonly enforced: PolicyEntry['enforced'];
  /** The version that decides calls, if it is known which one that is; else the document itself. */
  readonly shown: CompiledDocument;
}

/**
 * A good document is enforced itself; a broken one by good versions of its name that are in force, in its file or
 * elsewhere. If its name can't be read, those kept in its file that stand for no other may be what it was. Else it never
 * was good, and counts as an evaluation failure.
 */
export function enforceFiles(files: LoadedFiles): EnforcedFile[] {
  let goodByKey: ByKey | undefined;
  return [...files].map(([file, loaded]) => {
    if (isWhole(loaded)) return { file, documents: loaded.documents.map(current), kept: [], unnamed: [] };
    goodByKey ??= groupByKey(
      [...files.values()].flatMap(({ documents, kept }) => [...kept, ...documents.filter(isGood)]),
    );
    return enforceFile(file, loaded, goodByKey);
  });
}

/** Nearly all files are: they need no look at the others. */
function isWhole({ documents, kept }: LoadedFile): boolean {
  return kept.length === 0 && documents.every(isGood);
}

function current(document: CompiledDocument): Enforcement {
  return { document, enforced: 'current', shown: document };
}

function enforceFile(file: string, loaded: LoadedFile, goodByKey: ByKey): EnforcedFile {
  const { documents, kept } = loaded;
  const broken = groupByKey(documents.filter(mayBeFormer));
  const versions = namedVersions(file, { broken, kept: groupByKey(kept), goodByKey });
  const shownByKey = groupByKey([...versions.keys()]);
  const unnamed = kept.filter(({ found: { key } }) => !shownByKey.has(key));
  const covered = coveredBy(unnamed, broken.get('') ?? []);
  const enforce = (document: CompiledDocument): Enforcement => {
    if (isGood(document)) return current(document);
    const version = versions.get(document);
    if (version || covered.has(document)) {
      return { document, enforced: 'last-good', shown: version ?? document };
    }
    const enforced = document.contribution.kind === 'None' ? 'nothing' : 'failure';
    return { document, enforced, shown: document };
  };
  return { file, documents: documents.map(enforce), kept, unnamed };
}

/** The version in force of each broken document whose name can be read and that has one. */
function namedVersions(
  file: string,
  { broken, kept, goodByKey }: { broken: ByKey; kept: ByKey; goodByKey: ByKey },
): Map<CompiledDocument, CompiledDocument> {
  const versions = new Map<CompiledDocument, CompiledDocument>();
  for (const [key, group] of broken) {
    if (key === '') continue;
    for (const document of group) {
      // Nothing else can be the former one of this file: it is the same policy, even for another registry.
      const isFormer = (one: CompiledDocument): boolean =>
        group.length === 1 && fileOf(one.document.origin) === file;
      const mayStand = (one: CompiledDocument): boolean => mayStandFor(one, document);
      const version =
        kept.get(key)?.find((one) => isFormer(one) || mayStand(one)) ?? goodByKey.get(key)?.find(mayStand);
      if (version) versions.set(document, version);
    }
  }
  return versions;
}

/**
 * What decides calls: good documents, former ones that are kept, and broken ones that never were good. In an order that
 * only depends on which they are, so that policies of one name meet in the same order wherever they are compiled.
 */
export function documentsInForce(files: readonly EnforcedFile[]): CompiledDocument[] {
  const all = files.flatMap(({ documents, kept }) => [
    ...documents.filter(({ enforced }) => enforced !== 'last-good').map(({ document }) => document),
    ...kept,
  ]);
  return distinct(all.sort(byOriginAndText));
}

function byOriginAndText(a: CompiledDocument, b: CompiledDocument): number {
  return compareText(a.document.origin, b.document.origin) || compareText(a.text, b.text);
}
