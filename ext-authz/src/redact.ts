import { isList, type JsonValue } from '@omnia-policy/policy';
import type { FieldMask } from './field-mask.js';

/** What stands in the log for a masked value. */
export const redacted = '[REDACTED]';

/** A JWT, or what follows a bearer scheme, wherever it stands. */
const tokenShape = /\bey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*|\bbearer\s+\S/i;
/** A URL or a path with a query, as `referer` and `x-original-url` have. */
const urlWithQuery = /^(?:[a-z][a-z0-9+.-]*:\/)?\/[^?]*\?/i;
/** JSON in a text that is nested deeper is masked as a whole: no policy reads it, and reading it takes stack. */
const maxTextDepth = 100;

/** A text that goes by each of these names. */
export function redactField(
  names: readonly string[],
  text: string | undefined,
  mask: FieldMask,
): string | undefined {
  if (text === undefined) return undefined;
  return names.some(mask) ? redacted : redactText(text, mask);
}

/** A copy in which the values of masked fields, at any depth, and texts that hold a token are replaced. */
export function redactValue(value: JsonValue, mask: FieldMask): JsonValue {
  if (typeof value === 'string') return redactText(value, mask);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((item) => redactValue(item, mask));
  const copy = Object.entries(value).map(([name, child]): [string, JsonValue] => [
    name,
    mask(name) ? redacted : redactValue(child, mask),
  ]);
  // fromEntries defines properties, so a field named __proto__ stays a field.
  return Object.fromEntries(copy);
}

/**
 * Headers likewise. `x-omnia-param-*` and `x-omnia-claim-*` repeat arguments and claims: their last part is a name too.
 * URLs lose their query, which holds whatever callers put there, tokens included.
 */
export function redactHeaders(headers: ReadonlyMap<string, string>, mask: FieldMask): Record<string, string> {
  const copy = [...headers].map(([name, value]): [string, string] => {
    const repeated = /^x-omnia-(?:param|claim)-(.+)$/.exec(name)?.[1];
    const isMasked = mask(name) || (repeated !== undefined && mask(repeated));
    return [name, isMasked ? redacted : redactText(withoutQuery(name, value), mask)];
  });
  return Object.fromEntries(copy);
}

function withoutQuery(name: string, value: string): string {
  const isUrl = name === 'referer' || urlWithQuery.test(value);
  return isUrl && value.includes('?') ? `${value.split('?', 1)[0] ?? ''}?${redacted}` : value;
}

/** A text may hold fields of its own: JSON, which is masked inside, or another notation, which is masked as a whole. */
function redactText(text: string, mask: FieldMask): string {
  if (tokenShape.test(text)) return redacted;
  const value = jsonIn(text);
  if (value !== undefined && isDeep(value)) return redacted;
  const copy = value === undefined ? undefined : JSON.stringify(redactValue(value, mask));
  if (copy !== undefined && copy !== JSON.stringify(value)) return copy;
  // Also where the JSON showed nothing: of a field that stands there twice only the last one was read.
  return namesMaskedField(text, mask) ? redacted : text;
}

/** The array or object that a text is; undefined for any other text. */
function jsonIn(text: string): JsonValue | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Whether a masked name stands before a colon or an equals sign, as in `card_number=1` or a piece of JSON. */
function namesMaskedField(text: string, mask: FieldMask): boolean {
  for (const [, word = '', after = ''] of text.matchAll(/([\p{L}\p{N}_-]+)([^\p{L}\p{N}_-]*)/gu)) {
    if (/^[\\"'\s]*[:=]/.test(after) && mask(word)) return true;
  }
  return false;
}

function isDeep(root: JsonValue): boolean {
  const open: { readonly value: JsonValue; readonly depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= maxTextDepth) return true;
    for (const child of Object.values<JsonValue>(value)) open.push({ value: child, depth: depth + 1 });
  }
  return false;
}
