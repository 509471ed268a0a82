import { DYN, mapOf, STRING, type Type } from './check/type.js';
import type { Vocabulary } from './compile-expression.js';
import type { RootVariable } from './expression.js';

/** What an expression of a policy can read, with types. */
export const ROOT_VARIABLES: ReadonlyMap<RootVariable, Type> = new Map([
  ['headers', mapOf(STRING, STRING)],
  ['body', mapOf(STRING, DYN)],
  ['identity', mapOf(STRING, DYN)],
  ['request', mapOf(STRING, STRING)],
  ['tool', mapOf(STRING, STRING)],
  ['mcp', mapOf(STRING, DYN)],
]);

/** The fields of the variables that have no others; what a caller sends is in `headers` and `body`, whatever its names. */
export const ROOT_FIELDS: ReadonlyMap<RootVariable, readonly string[]> = new Map([
  ['identity', ['origin', 'subject', 'endUser', 'workspace', 'agent', 'claims']],
  ['request', ['method', 'path', 'host']],
  ['tool', ['registry', 'name']],
  ['mcp', ['method', 'tool', 'id']],
]);

export const POLICY_VOCABULARY: Vocabulary = { variables: ROOT_VARIABLES, fields: ROOT_FIELDS };

export function isRootVariable(name: string): name is RootVariable {
  return (ROOT_VARIABLES as ReadonlyMap<string, Type>).has(name);
}
