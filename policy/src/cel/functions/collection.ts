import { isCelList, isCelMap, isCelUint, type CelInput, type CelValue } from '@bufbuild/cel';
import { charge } from '../budget.js';
import { fault, noSuchOverload } from '../fault.js';
import { codePointCount } from '../values/code-points.js';
import { areEqual } from '../values/equality.js';
import { define } from './function-definition.js';

function size(value: CelValue): CelInput {
  if (typeof value === 'string') return BigInt(codePointCount(value));
  if (isCelList(value) || isCelMap(value)) return BigInt(value.size);
  if (value instanceof Uint8Array) return BigInt(value.length);
  throw noSuchOverload('size()');
}

function contains(container: CelValue, value: CelValue): boolean {
  if (isCelMap(container)) return findKey(container, value) !== undefined;
  if (!isCelList(container)) throw noSuchOverload('in');
  for (let i = 0; i < container.size; i++) {
    charge(1);
    const element = container.get(i);
    if (element !== undefined && areEqual(element, value)) return true;
  }
  return false;
}

function at(container: CelValue, key: CelValue): CelValue {
  if (isCelMap(container)) {
    const value = findKey(container, key);
    if (value === undefined) throw fault('no-such-key', 'the map has no such key');
    return value;
  }
  if (!isCelList(container)) throw noSuchOverload('[]');
  const index = isCelUint(key) ? key.value : key;
  if (typeof index !== 'number' && typeof index !== 'bigint') throw noSuchOverload('[]');
  const element = Number.isInteger(Number(index)) ? container.get(Number(index)) : undefined;
  if (element === undefined) throw fault('no-such-key', 'the list has no such index');
  return element;
}

function findKey(map: CelValue, key: CelValue): CelValue | undefined {
  // The engine's type of keys leaves out what a dyn key can be; such a key is in no map.
  return isCelMap(map) ? map.get(key as string) : undefined;
}

/** Functions of lists and maps that an author can write. */
export const collectionFunctions = [
  define(
    'size',
    ['bytes', 'list(A)', 'map(A, B)', 'string'].flatMap((type) => [`(${type}) -> int`, `${type}.() -> int`]),
    size,
  ),
  define('@in', ['(A, list(A)) -> bool', '(A, map(A, B)) -> bool'], (value, container) =>
    contains(container, value),
  ),
  define('_[_]', ['(list(A), int) -> A', '(map(A, B), A) -> B'], at),
];
