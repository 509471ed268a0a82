import { isList, type JsonValue } from './json.js';
import type { UnreadableReason } from './tool-call.js';

/** Deeper bodies are refused: far above what tools take, far below what a recursion can't. */
export const MAX_DEPTH = 32;

/** What one walk over a parsed document finds. */
export interface JsonMeasure {
  /** Object keys in the whole document. */
  keys: number;
  /** Why another parser could read something else, or give up. */
  reason: UnreadableReason | undefined;
}

export function measureJson(value: JsonValue): JsonMeasure {
  const measure: JsonMeasure = { keys: 0, reason: undefined };
  walk(value, 0, measure);
  return measure;
}

function walk(value: JsonValue, depth: number, measure: JsonMeasure): void {
  // 1e400 is a number to JSON and none to a double.
  if (typeof value === 'number' && !Number.isFinite(value)) measure.reason = 'invalid-json';
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) {
    measure.reason = 'too-deep';
    return;
  }
  if (isList(value)) {
    for (const item of value) walk(item, depth + 1, measure);
    return;
  }
  const names = Object.keys(value);
  measure.keys += names.length;
  if (names.length > 1 && differOnlyInCase(names)) measure.reason = 'duplicate-keys';
  for (const name of names) walk(value[name] ?? null, depth + 1, measure);
}

/** Some parsers take `Amount` for `amount`, and then the last one counts. */
function differOnlyInCase(names: readonly string[]): boolean {
  if (names.every(isPlain)) return false;
  return new Set(names.map(foldCase)).size < names.length;
}

/** Lower-case ASCII, as nearly all keys are, folds to itself: no need to fold them all on every request. */
function isPlain(name: string): boolean {
  return !/[^ -@[-~]/.test(name);
}

/** Unicode's simple case folding, near enough: `ſ` is `s`, the Kelvin sign is `k`. */
export function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase();
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
