import { DYN, mapOf, STRING, type Type } from './check/type.js';
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

export function isRootVariable(name: string): name is RootVariable {
  return (ROOT_VARIABLES as ReadonlyMap<string, Type>).has(name);
}
