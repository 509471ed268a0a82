import { readList, readText, report, type Field } from '../resources/field.js';
import { CUSTOM_PATTERN_MAX_LENGTH, CustomPatterns } from './custom-patterns.js';

/** What to look for: one of the built-in kinds, or an author's own RE2 pattern. */
export type PiiPattern =
  { readonly kind: BuiltInPattern } | { readonly kind: 'custom'; readonly regex: string };

export type BuiltInPattern = (typeof BUILT_IN_PATTERNS)[number];

export const BUILT_IN_PATTERNS = ['ssn', 'credit_card', 'phone_number', 'email', 'ip_address'] as const;

export const PII_STRATEGIES = ['replace', 'hash', 'mask'] as const;

export type PiiStrategy = (typeof PII_STRATEGIES)[number];

const MAX_PATTERNS = 64;
const CUSTOM = 'custom:';

/**
 * An empty list means every built-in pattern where patterns are used: `redact: true` alone must not redact nothing.
 */
export function readPiiPatterns(field: Field, { isUsed }: { isUsed: boolean }): PiiPattern[] {
  const custom = new CustomPatterns();
  const patterns = readList(field, { maxItems: MAX_PATTERNS }, (item) => readPattern(item, custom));
  return patterns.length === 0 && isUsed ? BUILT_IN_PATTERNS.map((kind) => ({ kind })) : patterns;
}

function readPattern(field: Field, custom: CustomPatterns): PiiPattern {
  const before = field.problems.length;
  const text = readText(field, { maxLength: CUSTOM.length + CUSTOM_PATTERN_MAX_LENGTH });
  const kind = BUILT_IN_PATTERNS.find((name) => name === text);
  if (kind) return { kind };
  const regex = text.slice(CUSTOM.length);
  if (field.problems.length > before) return { kind: 'custom', regex };
  const fault = text.startsWith(CUSTOM) ? custom.add(regex) : unknown(text);
  if (fault !== undefined) report(field, 'not-allowed', `${field.path}: ${fault}`);
  return { kind: 'custom', regex };
}

function unknown(text: string): string {
  return `unknown PII pattern "${text}": expected ${BUILT_IN_PATTERNS.join(', ')} or ${CUSTOM}<regular expression>`;
}
