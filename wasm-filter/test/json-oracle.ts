/** Containers inside each other that the filter's reader allows. */
const MAX_DEPTH = 32;

/**
 * What the reader should make of `bytes`: JSON.parse's value, or undefined. Beyond what JSON.parse refuses, the reader
 * refuses text that is not UTF-8, strings with surrogates alone (they have no UTF-8 form) and more than 32 levels.
 */
export function expectedJson(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    return depthOf(text) <= MAX_DEPTH && isWellFormed(text) ? { value } : undefined;
  } catch {
    return undefined;
  }
}

/** Nesting in the text, not in the value: a doubled member may hide a deep one. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') depth += 1;
    if (token === ']' || token === '}') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function isWellFormed(text: string): boolean {
  const strings = text.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  return strings.every((quoted) => !/\p{Surrogate}/u.test(JSON.parse(quoted) as string));
}
