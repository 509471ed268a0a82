import type { JsonValue } from '@omnia-policy/policy';

/** What stands in the log for a masked value. */
export const redacted = '[REDACTED]';

/** Credentials by their nature: masked whatever a policy says. */
const alwaysMasked = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key'];
/** A JWT, or what follows a bearer scheme, wherever it stands. */
const tokenShape = /\bey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*|\bbearer\s+\S/i;

/** Decides by its name whether a field is masked. Names are compared without regard to case, `-` and `_`. */
export type FieldMask = (name: string) => boolean;

export function fieldMask(redactFields: readonly string[]): FieldMask {
  const masked = new Set([...alwaysMasked, ...redactFields].map(plainName));
  return (name) => masked.has(plainName(name));
}

/** A copy in which the values of masked fields, at any depth, and texts that hold a token are replaced. */
export function redactValue(value: JsonValue, mask: FieldMask): JsonValue {
  if (typeof value === 'string') return tokenShape.test(value) ? redacted : value;
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return value.map((item) => redactValue(item, mask));
  const copy = Object.entries(value).map(([name, child]): [string, JsonValue] => [
    name,
    mask(name) ? redacted : redactValue(child, mask),
  ]);
  // fromEntries defines properties, so a field named __proto__ stays a field.
  return Object.fromEntries(copy);
}

/** Headers likewise. `x-omnia-param-*` and `x-omnia-claim-*` repeat arguments and claims: their last part is a name too. */
export function redactHeaders(headers: ReadonlyMap<string, string>, mask: FieldMask): Record<string, string> {
  const copy = [...headers].map(([name, value]): [string, string] => {
    const repeated = /^x-omnia-(?:param|claim)-(.+)$/.exec(name)?.[1];
    const isMasked = mask(name) || (repeated !== undefined && mask(repeated)) || tokenShape.test(value);
    return [name, isMasked ? redacted : value];
  });
  return Object.fromEntries(copy);
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

// Array.isArray does not narrow readonly arrays.
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
