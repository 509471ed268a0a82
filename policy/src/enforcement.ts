import { groupByKey, isGood, type CompiledDocument } from './compile-document.js';
import { compareText } from './index-policies.js';
import { distinct, type LoadedFiles } from './last-good.js';
import type { PolicyEntry } from './policy-set.js';

/** What decides calls on behalf of one file. */
export interface EnforcedFile {
  readonly file: string;
  readonly documents: readonly Enforcement[];
  /** Former documents that are in force. */
  readonly kept: readonly CompiledDocument[];
  /** Those of them that no broken document names: gone from the file, or there with a name that can't be read. */
  readonly unnamed: readonly CompiledDocument[];
}

/** How one document of a load takes effect. */
export interface Enforcement {
  readonly document: CompiledDocument;
  readonly enforced: PolicyEntry['enforced'];
  /** The version that decides calls, if it is known which one that is; else the document itself. */
  readonly shown: CompiledDocument;
}

/**
 * A good document is enforced itself; a broken one by the good versions of its name that are in force, in its file or
 * elsewhere. If its name can't be read, those kept in its file that no broken document names stand for it, unless they
 * are fewer than such documents. Else it never was good, and counts as an evaluation failure.
 */
export function enforceFiles(files: LoadedFiles): EnforcedFile[] {
  const goodByKey = groupByKey(
    [...files.values()].flatMap(({ documents, kept }) => [...kept, ...documents.filter(isGood)]),
  );
  return [...files].map(([file, { documents, kept }]) => {
    const brokenByKey = groupByKey(documents.filter((one) => !isGood(one)));
    const keptByKey = groupByKey(kept);
    const unnamed = kept.filter(({ found: { key } }) => !brokenByKey.has(key));
    const areUnnamedCovered = unnamed.length >= (brokenByKey.get('')?.length ?? 0);
    const enforce = (document: CompiledDocument): Enforcement => {
      if (isGood(document)) return { document, enforced: 'current', shown: document };
      const { key } = document.found;
      const version = keptByKey.get(key)?.[0] ?? goodByKey.get(key)?.[0];
      const isCovered = key === '' ? areUnnamedCovered : version !== undefined;
      if (isCovered) return { document, enforced: 'last-good', shown: version ?? document };
      const enforced = document.contribution.kind === 'None' ? 'nothing' : 'failure';
      return { document, enforced, shown: document };
    };
    return { file, documents: documents.map(enforce), kept, unnamed };
  });
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
