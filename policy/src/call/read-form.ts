import { foldCase } from './measure-json.js';
import type { ReadBody } from './read-body.js';

/**
 * `application/x-www-form-urlencoded` as a map of texts. What some servers read in a way of their own is unreadable: a
 * repeated name, names that are one to some ({@link nameToSome}), `;` as a separator, names with brackets (lists and
 * maps to some), blanks or control characters, and JSON under a form's label, which a server that never looks at the
 * label would parse.
 */
export function readForm(text: string): ReadBody {
  if (/^[\s\ufeff]*[{[]|;|\ufeff/.test(text)) return INVALID;
  const fields = new Map<string, string>();
  const names = new Set<string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const separator = pair.indexOf('=');
    const name = decode(separator === -1 ? pair : pair.slice(0, separator));
    const value = decode(separator === -1 ? '' : pair.slice(separator + 1));
    if (name === undefined || value === undefined || !PLAIN_NAME.test(name)) return INVALID;
    const known = nameToSome(name);
    if (names.has(known)) return { state: 'unreadable', reason: 'duplicate-keys' };
    names.add(known);
    fields.set(name, value);
  }
  return { state: 'json', value: Object.fromEntries(fields), type: 'form' };
}

const INVALID: ReadBody = { state: 'unreadable', reason: 'invalid-form' };
const PLAIN_NAME = /^[\w.:$-]+$/;

/** Some servers find fields whatever their capitals; PHP reads `order.id` as `order_id`. */
function nameToSome(name: string): string {
  return foldCase(name).replaceAll('.', '_');
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
