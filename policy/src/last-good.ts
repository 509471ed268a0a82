import { groupByKey, isGood, mayBeFormer, type CompiledDocument } from './compile-document.js';

/** What one file (see `fileOf`) gave, and what of its past is still in force. */
export interface LoadedFile {
  /** As this load has them, good and broken. */
  readonly documents: readonly CompiledDocument[];
  /** Former good documents that stay in force. Empty if none of `documents` may be one of them. */
  readonly kept: readonly CompiledDocument[];
}

/** By file. */
export type LoadedFiles = ReadonlyMap<string, LoadedFile>;

/**
 * Which former documents a broken one stands for. One rule for breakage of any kind: what was good stays in force until
 * an edit takes it away that can be read wholly. A document of another API is none of ours: it breaks nothing.
 *
 * 1. Good documents replace the former ones of their name (kind, namespace, name) in their file, if they are as many.
 * 2. Of what is not replaced, a file with a broken document takes nothing away: each may be that document.
 * 3. What a wholly good or deleted file no longer holds is gone, unless a broken document of another file carries its
 *    name: it may have been moved there, and stays with that file.
 */
export function keepFormer(
  files: ReadonlyMap<string, readonly CompiledDocument[]>,
  former: LoadedFiles,
): LoadedFiles {
  const released: CompiledDocument[] = [];
  const loaded = new Map<string, LoadedFile>();
  for (const [file, documents] of files) {
    const before = former.get(file);
    loaded.set(file, before && isUnchanged(before, documents) ? before : { documents, kept: [] });
  }
  for (const [file, before] of former) {
    if (loaded.get(file) === before) continue;
    const documents = files.get(file) ?? [];
    const good = before.documents.filter((one) => isGood(one) && one.contribution.kind !== 'None');
    const missing = [...notReplaced(before.kept, documents), ...notReplaced(good, documents)];
    if (!documents.some(mayBeFormer)) released.push(...missing);
    else loaded.set(file, { documents, kept: distinct(missing) });
  }
  if (released.length > 0) {
    for (const [file, one] of loaded) loaded.set(file, withMoved(one, released));
  }
  return loaded;
}

/** Whole, and the very documents that it had: nothing of it is missing. */
function isUnchanged({ documents, kept }: LoadedFile, present: readonly CompiledDocument[]): boolean {
  return (
    kept.length === 0 &&
    documents.length === present.length &&
    documents.every((one, index) => one === present[index] && isGood(one))
  );
}

function notReplaced(
  former: readonly CompiledDocument[],
  present: readonly CompiledDocument[],
): CompiledDocument[] {
  const now = groupByKey(present.filter(isGood));
  return [...groupByKey(former)].flatMap(([key, group]) =>
    (now.get(key)?.length ?? 0) < group.length ? group : [],
  );
}

function withMoved({ documents, kept }: LoadedFile, released: readonly CompiledDocument[]): LoadedFile {
  const broken = groupByKey(documents.filter((one) => !isGood(one)));
  const moved = released.filter(({ found: { key } }) => broken.has(key));
  return { documents, kept: distinct([...kept, ...moved]) };
}

/** The first of each text. */
export function distinct(documents: readonly CompiledDocument[]): CompiledDocument[] {
  const seen = new Set<string>();
  return documents.filter(({ text }) => !seen.has(text) && seen.add(text));
}
