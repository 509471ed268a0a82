import type { CST } from 'yaml';

/** What is wrong at an offset of the text. */
export interface TokenFault {
  readonly offset: number;
  readonly message: string;
}

/** Policies are a few levels deep. Composing is recursive and a deeper text would exhaust the stack. */
const maxDepth = 100;
export const maxDocuments = 1000;
export const tooManyDocuments = `more than ${maxDocuments} documents; split the file`;
/** For each alias the library walks through the whole document. */
const maxAliases = 1000;

/**
 * Judges the tokens of one file one after the other, before anything is composed of them, which is the slow part.
 * Returns why the text is refused.
 */
export function createTokenLimits(): (token: CST.Token) => TokenFault | undefined {
  let documents = 0;
  let aliases = 0;
  return (token) => {
    if (token.type === 'error') return { offset: token.offset, message: token.message };
    if (token.type !== 'document') return undefined;
    documents += 1;
    if (documents > maxDocuments) {
      return { offset: token.offset, message: tooManyDocuments };
    }
    for (const { token: part, depth } of partsOf(token)) {
      if (part.type === 'alias') aliases += 1;
      if (depth > maxDepth) {
        return {
          offset: part.offset,
          message: `nested more than ${maxDepth} levels deep; write it flatter`,
        };
      }
      if (aliases > maxAliases) {
        return { offset: token.offset, message: `more than ${maxAliases} aliases; write the values out` };
      }
    }
    return undefined;
  };
}

interface Part {
  readonly token: CST.Token;
  readonly depth: number;
}

/** A token and all below it. A loop, since the text decides how deep it goes. */
function* partsOf(root: CST.Token): Generator<Part> {
  const open: Part[] = [{ token: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next;
    const { token, depth } = next;
    if (token.type === 'document' && token.value !== undefined) open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      if (key) open.push({ token: key, depth: depth + 1 });
      if (value) open.push({ token: value, depth: depth + 1 });
    }
  }
}
