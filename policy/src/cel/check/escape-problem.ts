import type { LiteralNode } from '../syntax-tree.js';

const OPENING = /([bBrR]{0,2})("""|'''|"|')/y;
const TEXT_ESCAPE = /\\(?:[abfnrtv\\?"'`]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})/y;
const BYTES_ESCAPE = /\\(?:[abfnrtv\\?"'`]|[xX][0-9a-fA-F]{2}|[0-3][0-7]{2})/y;

/**
 * The first escape of a literal that CEL does not know, which the parser would take as it stands: `"\d+"` would not
 * be what its author thinks in another CEL engine.
 */
export function escapeProblem(
  text: string,
  node: LiteralNode,
): { readonly offset: number; readonly message: string } | undefined {
  if (node.literal !== 'string' && node.literal !== 'bytes') return undefined;
  OPENING.lastIndex = node.offset;
  const [opening = '', prefix = '', quotes = ''] = OPENING.exec(text) ?? [];
  if (quotes === '' || /r/i.test(prefix)) return undefined;
  const escape = node.literal === 'string' ? TEXT_ESCAPE : BYTES_ESCAPE;
  let at = node.offset + opening.length;
  while (at < text.length && !text.startsWith(quotes, at)) {
    if (text[at] !== '\\') {
      at++;
      continue;
    }
    escape.lastIndex = at;
    const known = escape.exec(text);
    if (known === null) {
      const written = text.slice(at, at + 2);
      return {
        offset: at,
        message: `there is no escape ${written}; write \\${written}, or r${quotes}…${quotes}`,
      };
    }
    at += known[0].length;
  }
  return undefined;
}
