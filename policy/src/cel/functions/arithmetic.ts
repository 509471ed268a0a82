import { celList, isCelList, isCelUint, type CelInput, type CelValue } from '@bufbuild/cel';
import { chargeNewList, chargeNewText } from '../budget.js';
import { fault, noSuchOverload } from '../fault.js';
import { durationNanos, durationOf, timestampNanos, timestampOf } from '../values/time-value.js';
import { define } from './function-definition.js';
import { intOf, MIN_INT, uintOf } from './number-range.js';

type Operator = '+' | '-' | '*' | '/' | '%';

/** int, uint and double, each only with its own kind: CEL never mixes them in arithmetic. */
function calculate(operator: Operator, left: CelValue, right: CelValue): CelInput | undefined {
  if (typeof left === 'number' && typeof right === 'number') return calculateDouble(operator, left, right);
  if (typeof left === 'bigint' && typeof right === 'bigint')
    return intOf(calculateInt(operator, left, right));
  if (isCelUint(left) && isCelUint(right)) return uintOf(calculateInt(operator, left.value, right.value));
  return undefined;
}

function calculateDouble(operator: Operator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      throw noSuchOverload('%');
  }
}

function calculateInt(operator: Operator, left: bigint, right: bigint): bigint {
  if ((operator === '/' || operator === '%') && right === 0n)
    throw fault('evaluation-failed', 'division by zero');
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      // The quotient overflows, so there is no rest either.
      if (right === -1n && left === MIN_INT) throw fault('evaluation-failed', 'int overflow');
      return left % right;
  }
}

function add(left: CelValue, right: CelValue): CelInput {
  if (typeof left === 'string' && typeof right === 'string') {
    chargeNewText(left.length + right.length);
    return left + right;
  }
  const sum = calculate('+', left, right) ?? addTimes(left, right) ?? concatenate(left, right);
  if (sum === undefined) throw noSuchOverload('+');
  return sum;
}

function concatenate(left: CelValue, right: CelValue): CelInput | undefined {
  if (isCelList(left) && isCelList(right)) {
    const size = left.size + right.size;
    chargeNewList(size);
    // Copied, since the engine's own concatenation nests, and a deep nest is slow to read.
    return celList([...left, ...right]);
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    chargeNewText(left.length + right.length);
    const both = new Uint8Array(left.length + right.length);
    both.set(left);
    both.set(right, left.length);
    return both;
  }
  return undefined;
}

function addTimes(left: CelValue, right: CelValue): CelInput | undefined {
  const [oneTime, otherTime] = [timestampNanos(left), timestampNanos(right)];
  const [oneSpan, otherSpan] = [durationNanos(left), durationNanos(right)];
  if (oneSpan !== undefined && otherSpan !== undefined) return durationOf(oneSpan + otherSpan);
  if (oneTime !== undefined && otherSpan !== undefined) return timestampOf(oneTime + otherSpan);
  if (oneSpan !== undefined && otherTime !== undefined) return timestampOf(oneSpan + otherTime);
  return undefined;
}

function subtractTimes(left: CelValue, right: CelValue): CelInput | undefined {
  const [oneTime, otherTime] = [timestampNanos(left), timestampNanos(right)];
  const [oneSpan, otherSpan] = [durationNanos(left), durationNanos(right)];
  if (oneTime !== undefined && otherTime !== undefined) return durationOf(oneTime - otherTime);
  if (oneTime !== undefined && otherSpan !== undefined) return timestampOf(oneTime - otherSpan);
  if (oneSpan !== undefined && otherSpan !== undefined) return durationOf(oneSpan - otherSpan);
  return undefined;
}

function orNoOverload(result: CelInput | undefined, operator: Operator): CelInput {
  if (result === undefined) throw noSuchOverload(operator);
  return result;
}

// Signatures are in the order in which the reference checker tries them: the first that fits settles an open type.
const NUMBERS = ['(double, double) -> double', '(int, int) -> int', '(uint, uint) -> uint'];

export const arithmeticFunctions = [
  define(
    '_+_',
    [
      '(bytes, bytes) -> bytes',
      '(double, double) -> double',
      '(duration, duration) -> duration',
      '(duration, timestamp) -> timestamp',
      '(timestamp, duration) -> timestamp',
      '(int, int) -> int',
      '(list(A), list(A)) -> list(A)',
      '(string, string) -> string',
      '(uint, uint) -> uint',
    ],
    add,
  ),
  define(
    '_-_',
    [
      '(double, double) -> double',
      '(duration, duration) -> duration',
      '(int, int) -> int',
      '(timestamp, duration) -> timestamp',
      '(timestamp, timestamp) -> duration',
      '(uint, uint) -> uint',
    ],
    (left, right) => orNoOverload(calculate('-', left, right) ?? subtractTimes(left, right), '-'),
  ),
  define('_*_', NUMBERS, (left, right) => orNoOverload(calculate('*', left, right), '*')),
  define('_/_', NUMBERS, (left, right) => orNoOverload(calculate('/', left, right), '/')),
  define('_%_', NUMBERS.slice(1), (left, right) => orNoOverload(calculate('%', left, right), '%')),
  define('-_', ['(double) -> double', '(int) -> int'], (value) => {
    if (typeof value === 'number') return -value;
    if (typeof value === 'bigint') return intOf(-value);
    throw noSuchOverload('-');
  }),
];
