import { celList, isCelList, isCelMap, type CelInput, type CelList, type CelValue } from '@bufbuild/cel';
import { charge } from '../budget.js';
import { fault, noSuchOverload } from '../fault.js';
import { matchesRulePattern } from '../rule-patterns.js';
import { literalMap } from '../values/literal-map.js';
import { listArgument, textArgument } from './arguments.js';
import { define } from './function-definition.js';

function fieldName(field: CelValue): string {
  return textArgument(field, '.');
}

/** `operand.field`, and `operand["field"]` where the field is a literal; so it may be named in the log. */
export const SELECT = define('@select', [], (operand: CelValue, field: CelValue): CelInput => {
  if (!isCelMap(operand))
    throw fault('type-mismatch', `'${fieldName(field)}' is read from a value that is no map`);
  const value = operand.get(field as string);
  if (value === undefined) throw fault('no-such-key', `no such key: ${fieldName(field)}`);
  return value;
});

/** `has(operand.field)`. A list has no fields to ask for; of any other value the answer is no. */
export const HAS = define('@has', [], (operand: CelValue, field: CelValue): CelInput => {
  if (isCelMap(operand)) return operand.get(field as string) !== undefined;
  if (isCelList(operand)) throw fault('type-mismatch', `has(….${fieldName(field)}) asks a list for a field`);
  return false;
});

export const LITERAL_MAP = define('@map', [], (keys: CelValue, values: CelValue): CelInput =>
  literalMap(listArgument(keys, '{}'), listArgument(values, '{}')),
);

/** `matches` where the pattern is a literal, and so was checked. */
export const MATCHES_LITERAL = define('@matches', [], (whole: CelValue, pattern: CelValue): CelInput =>
  matchesRulePattern(textArgument(whole, 'matches()'), textArgument(pattern, 'matches()')),
);

/** What a macro loops over. The engine copies it before the first turn. */
export const RANGE = define('@range', [], (value: CelValue): CelInput => {
  if (!isCelList(value) && !isCelMap(value))
    throw fault('type-mismatch', 'a macro loops over a value that is no list');
  charge(value.size);
  return value;
});

/** Pays for one turn of a loop. */
export const TICK = define('@tick', [], (steps: CelValue, goOn: CelValue): CelInput => {
  charge(Number(steps));
  return goOn;
});

/** The arrays behind the lists that map() and filter() grow. */
const growing = new WeakMap<CelList, CelValue[]>();

/**
 * Adds to the list that a macro collects. In place: nothing but the macro's own loop can see that list, and a chain
 * of concatenations would cost the square of its length to read.
 */
export const APPEND = define('@append', [], (collected: CelValue, element: CelValue): CelInput => {
  if (!isCelList(collected)) throw noSuchOverload('+');
  const known = growing.get(collected);
  if (known !== undefined) {
    known.push(element);
    return collected;
  }
  const array = [...collected, element];
  const list = celList(array);
  growing.set(list, array);
  return list;
});

/** What the rewriter puts in the place of an author's syntax. No name of these can be written in an expression. */
export const internalFunctions = [SELECT, HAS, LITERAL_MAP, MATCHES_LITERAL, RANGE, TICK, APPEND];
