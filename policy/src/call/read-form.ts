import type { ReadBody } from './read-body.js';

/** `application/x-www-form-urlencoded` as a map of texts; a repeated name is unreadable, as a repeated JSON key is. */
export function readForm(text: string): ReadBody {
  const fields = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const [name = '', ...rest] = pair.split('=');
    const key = decode(name);
    const value = decode(rest.join('='));
    if (key === undefined || value === undefined) return { state: 'unreadable', reason: 'invalid-form' };
    if (fields.has(key)) return { state: 'unreadable', reason: 'duplicate-keys' };
    fields.set(key, value);
  }
  return { state: 'json', value: Object.fromEntries(fields), type: 'form' };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
