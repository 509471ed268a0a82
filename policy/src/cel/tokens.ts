export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** UTF-16 units from the start of the expression. */
  readonly offset: number;
}

/** `open-text`: a text without its closing quote. `stray`: a character that no token begins with. `end`: an empty one. */
export type TokenKind = 'text' | 'number' | 'name' | 'symbol' | 'open-text' | 'stray' | 'end';

const SPACE = /(?:[\t\n\f\r ]|\/\/[^\r\n]*)*/y;
const PLAIN_TEXT =
  /"""(?:[^\\]|\\[^])*?"""|'''(?:[^\\]|\\[^])*?'''|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'/;
const RAW_TEXT = /"""[^]*?"""|'''[^]*?'''|"[^"\r\n]*"|'[^'\r\n]*'/;
const KINDS: readonly (readonly [TokenKind, RegExp])[] = [
  ['text', new RegExp(`(?:[bB]?[rR]|[rR][bB])(?:${RAW_TEXT.source})|[bB]?(?:${PLAIN_TEXT.source})`, 'y')],
  ['open-text', /[bBrR]{0,2}["'][^]*/y],
  ['number', /(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)[uU]?/y],
  ['name', /[A-Za-z_]\w*/y],
  ['symbol', /===|!==|&&|\|\||[=!<>]=|[-+*/%<>!?:,.()[\]{}]/y],
  ['stray', /[^]/uy],
];

/** The tokens of an expression, whether it can be parsed or not; the last one has the kind `end`. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let offset = endOfMatch(SPACE, text, 0);
  let lastEnd = 0;
  while (offset < text.length) {
    const token = tokenAt(text, offset);
    tokens.push(token);
    lastEnd = offset + token.text.length;
    offset = endOfMatch(SPACE, text, lastEnd);
  }
  return [...tokens, { kind: 'end', text: '', offset: lastEnd }];
}

function tokenAt(text: string, offset: number): Token {
  for (const [kind, pattern] of KINDS) {
    const end = endOfMatch(pattern, text, offset);
    if (end > offset) return { kind, text: text.slice(offset, end), offset };
  }
  throw new Error('every character is at least a stray one');
}

function endOfMatch(sticky: RegExp, text: string, offset: number): number {
  sticky.lastIndex = offset;
  return offset + (sticky.exec(text)?.[0].length ?? 0);
}
