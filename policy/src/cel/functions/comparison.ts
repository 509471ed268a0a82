import { areEqual } from '../values/equality.js';
import { compareValues } from '../values/order.js';
import { noSuchOverload } from '../fault.js';
import { define } from './function-definition.js';

const ORDERED = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'].map(
  (type) => `(${type}, ${type}) -> bool`,
);

/** Equality, order and negation. Doubles, which JSON numbers are, take the short way. */
export const comparisonFunctions = [
  define('_==_', ['(A, A) -> bool'], (left, right) => areEqual(left, right)),
  define('_!=_', ['(A, A) -> bool'], (left, right) => !areEqual(left, right)),
  define('_<_', ORDERED, (left, right) =>
    typeof left === 'bigint' && typeof right === 'bigint'
      ? left < right
      : compareValues(left, right, '<') < 0,
  ),
  define('_<=_', ORDERED, (left, right) =>
    typeof left === 'bigint' && typeof right === 'bigint'
      ? left <= right
      : compareValues(left, right, '<=') <= 0,
  ),
  define('_>_', ORDERED, (left, right) =>
    typeof left === 'bigint' && typeof right === 'bigint'
      ? left > right
      : compareValues(left, right, '>') > 0,
  ),
  define('_>=_', ORDERED, (left, right) =>
    typeof left === 'bigint' && typeof right === 'bigint'
      ? left >= right
      : compareValues(left, right, '>=') >= 0,
  ),
  define('!_', ['(bool) -> bool'], (value) => {
    if (typeof value !== 'boolean') throw noSuchOverload('!');
    return !value;
  }),
];
