import type { Scalar } from 'yaml';
import type { TextPosition, YamlFile } from './yaml-text.js';

/**
 * Where a place in the text of a scalar stands in the file. Whichever way YAML spells a text (indented, folded over
 * lines, quoted, escaped), its characters stand in the file in the same order, save the blanks; so the others are
 * counted. A place in blanks or at the end becomes the one after the last character before it.
 *
 * @param at position inside the text, columns in code points
 */
export function positionInScalar(file: YamlFile, scalar: Scalar, at: TextPosition): TextPosition | undefined {
  const { value, range } = scalar;
  if (typeof value !== 'string' || !range) return undefined;
  const offset = offsetOf(value, at);
  const before = value.slice(0, offset).replace(/\s/g, '').length;
  const isInBlanks = !/^\S/.test(value.slice(offset));
  let counted = 0;
  let end = range[0];
  for (const spelled of spelledIn(file.text, scalar, range)) {
    if (counted >= before) return file.positionOf(isInBlanks ? end : spelled.start);
    counted += spelled.length;
    end = spelled.end;
  }
  return file.positionOf(end);
}

function offsetOf(text: string, { line, column }: TextPosition): number {
  const lines = text.split('\n');
  const above = lines.slice(0, line - 1).reduce((length, { length: own }) => length + own + 1, 0);
  const left = Array.from(lines[line - 1] ?? '').slice(0, column - 1);
  return Math.min(above + left.join('').length, text.length);
}

/** One or several characters of a text (no blanks), and where they stand in the file. */
interface Spelled {
  readonly start: number;
  readonly end: number;
  /** In UTF-16 units of the text. */
  readonly length: number;
}

const escapes = /\\(?:x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8}|\r\n|[^])|\S/gu;
const spellings: Readonly<Record<string, RegExp>> = { QUOTE_DOUBLE: escapes, QUOTE_SINGLE: /''|\S/gu };

function* spelledIn(text: string, { type }: Scalar, range: readonly number[]): Generator<Spelled> {
  const [from = 0, to = 0] = range;
  const isBlock = type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED';
  const isQuoted = type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE';
  // A block begins below the line with its | or >.
  const start = isBlock ? text.indexOf('\n', from) + 1 : isQuoted ? from + 1 : from;
  const content = text.slice(start, isQuoted ? to - 1 : to);
  for (const { 0: spelling, index } of content.matchAll(spellings[type ?? ''] ?? /\S/gu)) {
    const length = spelledLength(spelling);
    if (length > 0) yield { start: start + index, end: start + index + spelling.length, length };
  }
}

/** Of the text that a spelling stands for; 0 for blanks. */
function spelledLength(spelling: string): number {
  if (spelling === "''") return 1;
  if (!spelling.startsWith('\\') || spelling.length === 1) return spelling.length;
  const [, kind = '', digits = ''] = /^\\([^])([^]*)$/.exec(spelling) ?? [];
  if (digits === '' || kind === '\r') return /[tnvfr_LP\s]/.test(kind) ? 0 : 1;
  return String.fromCodePoint(Number.parseInt(digits, 16)).replace(/\s/g, '').length;
}
