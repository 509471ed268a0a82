import { isCelUint, type CelValue } from '@bufbuild/cel';
import { chargeText } from '../budget.js';
import { fault, noSuchOverload } from '../fault.js';
import { durationNanos, timestampNanos } from './time-value.js';

/** Negative, zero or positive. Throws a fault for values that have no order between them. */
export function compareValues(left: CelValue, right: CelValue, operator: string): number {
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  const order = compareNumbers(left, right) ?? compareRest(left, right);
  if (order === undefined) throw noSuchOverload(operator);
  return order;
}

function compareNumbers(left: CelValue, right: CelValue): number | undefined {
  const one = isCelUint(left) ? left.value : left;
  const other = isCelUint(right) ? right.value : right;
  if (typeof one === 'bigint' && typeof other === 'bigint') return one < other ? -1 : one > other ? 1 : 0;
  if (typeof one !== 'bigint' && typeof one !== 'number') return undefined;
  if (typeof other !== 'bigint' && typeof other !== 'number') return undefined;
  // An int beside a double is rounded to one first, as other CEL engines do.
  const difference = Number(one) - Number(other);
  if (!Number.isNaN(difference)) return difference;
  if (Number.isNaN(Number(one)) || Number.isNaN(Number(other))) {
    throw fault('evaluation-failed', 'NaN has no order');
  }
  return 0; // the same infinity twice
}

function compareRest(left: CelValue, right: CelValue): number | undefined {
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  const difference =
    nanosDifference(timestampNanos(left), timestampNanos(right)) ??
    nanosDifference(durationNanos(left), durationNanos(right));
  return difference === undefined ? undefined : difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function nanosDifference(left: bigint | undefined, right: bigint | undefined): bigint | undefined {
  return left === undefined || right === undefined ? undefined : left - right;
}

export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  chargeText(shared);
  for (let i = 0; i < shared; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** By code point, as UTF-8 bytes would sort. JavaScript's `<` goes by UTF-16 unit, which puts U+FFFF after emoji. */
function compareText(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  chargeText(shared);
  for (let i = 0; i < shared; i++) {
    const one = left.charCodeAt(i);
    const other = right.charCodeAt(i);
    if (one !== other) return sortableUnit(one) - sortableUnit(other);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above all others: they move behind U+FFFF. */
function sortableUnit(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
