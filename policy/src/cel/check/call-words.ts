import type { CallNode } from '../syntax-tree.js';
import { describeType, type Type } from './type.js';

const MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
const LIKELY: ReadonlyMap<string, string> = new Map([
  ['existsOne', 'exists_one()'],
  ['toLowerCase', 'lowerAscii()'],
  ['toUpperCase', 'upperAscii()'],
  ['lower', 'lowerAscii()'],
  ['upper', 'upperAscii()'],
  ['length', 'size()'],
  ['len', 'size()'],
  ['includes', 'contains()'],
]);

/** What is wrong with a call that has the name of a macro; the parser leaves only those as calls. */
export function macroProblem({ name, target, args }: CallNode): string | undefined {
  if (name === 'has' && target === undefined) return 'has() asks for a field, as in has(body.amount)';
  if (!MACROS.has(name) || target === undefined) return undefined;
  return args[0]?.kind === 'ident'
    ? `${name}() takes a variable and an expression, as in list.${name}(item, item.price > 10.0)`
    : `the first argument of ${name}() must be a simple name for the variable`;
}

/** What to say of a function that does not exist. */
export function unknownFunction(name: string): string {
  const likely = LIKELY.get(name);
  return `there is no function '${name}'${likely === undefined ? '' : `; did you mean ${likely}?`}`;
}

/** What to say of a function that does not take these types. */
export function noOverload(name: string, types: readonly Type[], isMethod: boolean): string {
  const words = types.map(describeType);
  if (isMethod) return `${words[0] ?? ''} has no method ${name}(${words.slice(1).join(', ')})`;
  const operator = operatorOf(name);
  if (operator === undefined) return `${name}() does not take (${words.join(', ')})`;
  return `operator '${operator}' does not take (${words.join(', ')})`;
}

function operatorOf(name: string): string | undefined {
  if (name === '@in') return 'in';
  if (name === '_?_:_') return '?:';
  return /^_?([^A-Za-z_@]+)_$/.exec(name)?.[1] ?? (name === '_[_]' ? '[]' : undefined);
}
