import { compileDocument, type CompiledDocument } from './compile-document.js';
import type { PolicyDocument } from './document.js';
import type { LoadedFiles } from './last-good.js';

export type CompileDocument = (document: PolicyDocument) => CompiledDocument;

/**
 * Compiles what a former load does not have. A source that hands out the same document again while it stays as it was
 * spares even the comparison of texts: of thousands, one change then costs little more than that one.
 */
export function compileOnce(former: LoadedFiles = new Map()): CompileDocument {
  const known = new Map<PolicyDocument, CompiledDocument>();
  for (const one of compiledIn(former)) known.set(one.document, one);
  let byText: Map<string, CompiledDocument> | undefined;
  return (document) => {
    const unchanged = known.get(document);
    if (unchanged !== undefined) return unchanged;
    byText ??= new Map(Array.from(compiledIn(former), (one) => [one.text, one]));
    const text = JSON.stringify(document.value);
    const same = byText.get(text);
    return same === undefined ? compileDocument(document, text) : { ...same, document };
  };
}

function* compiledIn(files: LoadedFiles): Iterable<CompiledDocument> {
  for (const { documents, kept } of files.values()) {
    yield* documents;
    yield* kept;
  }
}
