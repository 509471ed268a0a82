import { asRecord, asText } from '../record.js';

/** The items of what may be a list; of anything else none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The non-empty texts of a list; a text that stands for a list of one. */
export function asTexts(value: unknown): readonly string[] {
  const items = typeof value === 'string' ? [value] : asList(value);
  return items.map(asText).filter((text) => text !== '');
}

/** Labels, annotations or a selector: only pairs of texts. */
export function asLabels(value: unknown): Readonly<Record<string, string>> {
  const pairs = Object.entries(asRecord(value)).flatMap(([name, text]) =>
    typeof text === 'string' ? [[name, text] as const] : [],
  );
  return Object.fromEntries(pairs);
}

/** A number or name of a port; undefined for anything that is neither. */
export function asPort(value: unknown): number | string | undefined {
  if (typeof value === 'number')
    return Number.isInteger(value) && value > 0 && value < 65_536 ? value : undefined;
  const text = asText(value);
  if (text === '') return undefined;
  return /^\d+$/.test(text) ? asPort(Number(text)) : text;
}

/** Undefined in place of an empty text. */
export function asName(value: unknown): string | undefined {
  const text = asText(value);
  return text === '' ? undefined : text;
}
