import { mapParameters, type ScalarKind, type Type } from './type.js';

/** One overload of a function. For a method the first parameter is its target. */
export interface Signature {
  readonly isMethod: boolean;
  readonly parameters: readonly Type[];
  readonly result: Type;
}

const SCALARS: ReadonlySet<string> = new Set<ScalarKind>([
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'null',
  'timestamp',
  'duration',
  'dyn',
]);

/**
 * Reads `(string, int) -> bool` or, for a method, `string.(int) -> bool`. Types are written as in
 * {@link describeType}; a single capital is a type parameter.
 */
export function parseSignature(text: string): Signature {
  const match = /^(?:(.+)\.)?\((.*)\) -> (.+)$/.exec(text);
  if (match === null) throw new Error(`not a signature: ${text}`);
  const [, target, parameters = '', result = ''] = match;
  const written = splitTypes(parameters);
  return {
    isMethod: target !== undefined,
    parameters: (target === undefined ? written : [target, ...written]).map(parseType),
    result: parseType(result),
  };
}

export function parseType(text: string): Type {
  if (SCALARS.has(text)) return { kind: text as ScalarKind };
  if (/^[A-Z]$/.test(text)) return { kind: 'param', name: text };
  if (text === 'type') return { kind: 'type' };
  const match = /^(list|map|type)\((.+)\)$/.exec(text);
  const [first, second] = match === null ? [] : splitTypes(match[2] ?? '').map(parseType);
  if (match?.[1] === 'list' && first !== undefined) return { kind: 'list', element: first };
  if (match?.[1] === 'map' && first !== undefined && second !== undefined) {
    return { kind: 'map', key: first, value: second };
  }
  if (match?.[1] === 'type' && first !== undefined) return { kind: 'type', of: first };
  throw new Error(`not a type: ${text}`);
}

function splitTypes(text: string): readonly string[] {
  if (text === '') return [];
  return text.split(/, (?![^(]*\))/);
}

/** The signature with parameters of its own, so that two calls of one function do not share what they learn. */
export function instantiate(signature: Signature, suffix: number): Signature {
  const rename = (param: Type & { kind: 'param' }): Type => ({
    kind: 'param',
    name: `${param.name}${suffix}`,
  });
  const parameters = signature.parameters.map((type) => mapParameters(type, rename));
  return { ...signature, parameters, result: mapParameters(signature.result, rename) };
}
