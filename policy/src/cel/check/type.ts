/** Static types of CEL. `param` stands for a type that is not known yet; `error` silences follow-up problems. */
export type Type =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'list'; readonly element: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  | { readonly kind: 'type'; readonly of?: Type }
  | { readonly kind: 'param'; readonly name: string };

export type ScalarKind =
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null'
  | 'timestamp'
  | 'duration'
  | 'dyn'
  | 'error';

export const BOOL: Type = { kind: 'bool' };
export const INT: Type = { kind: 'int' };
export const STRING: Type = { kind: 'string' };
export const DYN: Type = { kind: 'dyn' };
export const ERROR: Type = { kind: 'error' };

/**
 * Largest type, in parts. What a list or a map holds is dyn beyond it: types nest with macros, and one that stands in a
 * type twice doubles it each time.
 */
export const MAX_TYPE_PARTS = 64;

export function listOf(element: Type): Type {
  return { kind: 'list', element: partsOf(element) < MAX_TYPE_PARTS ? element : DYN };
}

export function mapOf(key: Type, value: Type): Type {
  const isSmall = partsOf(key) + partsOf(value) < MAX_TYPE_PARTS;
  return isSmall ? { kind: 'map', key, value } : { kind: 'map', key: DYN, value: DYN };
}

function partsOf(type: Type): number {
  if (type.kind === 'list') return 1 + partsOf(type.element);
  if (type.kind === 'map') return 1 + partsOf(type.key) + partsOf(type.value);
  return type.kind === 'type' && type.of !== undefined ? 1 + partsOf(type.of) : 1;
}

/** Names of types that an expression can write, as in `type(x) == int`. */
export const TYPE_NAMES: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['bool', BOOL],
  ['int', INT],
  ['uint', { kind: 'uint' }],
  ['double', { kind: 'double' }],
  ['string', STRING],
  ['bytes', { kind: 'bytes' }],
  ['null_type', { kind: 'null' }],
  ['list', listOf(DYN)],
  ['map', mapOf(DYN, DYN)],
  ['type', { kind: 'type' }],
  ['google.protobuf.Timestamp', { kind: 'timestamp' }],
  ['google.protobuf.Duration', { kind: 'duration' }],
]);

export function isWild(type: Type): boolean {
  return type.kind === 'dyn' || type.kind === 'error';
}

/** What a `type` without a known subject is of; equal to nothing else. */
const ANY_TYPE: Type = { kind: 'param', name: '' };

export function sameType(left: Type, right: Type): boolean {
  if (left === right) return true;
  if (left.kind === 'list') return right.kind === 'list' && sameType(left.element, right.element);
  if (left.kind === 'map')
    return right.kind === 'map' && sameType(left.key, right.key) && sameType(left.value, right.value);
  if (left.kind === 'param') return right.kind === 'param' && left.name === right.name;
  if (left.kind !== 'type') return left.kind === right.kind;
  return right.kind === 'type' && sameType(left.of ?? ANY_TYPE, right.of ?? ANY_TYPE);
}

export function describeType(type: Type): string {
  if (type.kind === 'list') return `list(${describeType(type.element)})`;
  if (type.kind === 'map') return `map(${describeType(type.key)}, ${describeType(type.value)})`;
  if (type.kind === 'type') return type.of === undefined ? 'type' : `type(${describeType(type.of)})`;
  return type.kind === 'param' ? type.name : type.kind;
}

/** As in "this is an int". */
export function describeTypeWithArticle(type: Type): string {
  const words = describeType(type);
  return `${words === 'int' ? 'an' : 'a'} ${words}`;
}

/** The type with every parameter in it replaced. */
export function mapParameters(type: Type, replace: (param: Type & { kind: 'param' }) => Type): Type {
  if (type.kind === 'param') return replace(type);
  if (type.kind === 'list') return listOf(mapParameters(type.element, replace));
  if (type.kind === 'map') return mapOf(mapParameters(type.key, replace), mapParameters(type.value, replace));
  if (type.kind === 'type' && type.of !== undefined)
    return { kind: 'type', of: mapParameters(type.of, replace) };
  return type;
}
