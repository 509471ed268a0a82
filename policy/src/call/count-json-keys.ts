import { isList, type JsonValue } from './json.js';

/** Deeper bodies are refused: far above what tools take, far below what any recursion can't. */
export const MAX_DEPTH = 32;

/**
 * Number of object keys in a parsed document; NaN when it is deeper than {@link MAX_DEPTH}, Infinity when a number in
 * it is beyond what a double holds (1e400).
 */
export function countParsedKeys(value: JsonValue, depth = 0): number {
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : Number.POSITIVE_INFINITY;
  if (typeof value !== 'object' || value === null) return 0;
  if (depth >= MAX_DEPTH) return Number.NaN;
  if (isList(value)) return value.reduce<number>((keys, item) => keys + countParsedKeys(item, depth + 1), 0);
  const names = Object.keys(value);
  let keys = names.length;
  for (const name of names) keys += countParsedKeys(value[name] ?? null, depth + 1);
  return keys;
}

/**
 * Number of keys as written: the colons outside strings. More than were parsed means that a key stands twice, and
 * that the tool may read another value than the policy did. The text must be valid JSON.
 */
export function countWrittenKeys(text: string): number {
  let colons = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === COLON) colons++;
    else if (code === QUOTE) at = endOfString(text, at);
  }
  return colons;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}
