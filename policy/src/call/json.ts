/**
 * JSON as JSON.parse gives it. Read own keys only (Object.hasOwn): a body's `constructor`, `__proto__` or `$typeName`
 * is an ordinary key, and never reaches the CEL engine as a plain object (there it is a rule bypass).
 */
export type JsonValue = string | number | boolean | null | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

// Array.isArray does not narrow readonly arrays.
export function isList(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
