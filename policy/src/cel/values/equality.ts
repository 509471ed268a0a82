import {
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
  type CelList,
  type CelMap,
  type CelValue,
} from '@bufbuild/cel';
import { charge, chargeText } from '../budget.js';
import { compareBytes } from './order.js';
import { durationNanos, timestampNanos } from './time-value.js';

/** CEL's `==`: numbers by value across their types, everything else only within its type, containers deeply. */
export function areEqual(left: CelValue, right: CelValue): boolean {
  if (typeof left === 'string') {
    if (typeof right !== 'string' || left.length !== right.length) return false;
    chargeText(left.length);
    return left === right;
  }
  if (left === right) return true;
  const leftNumber = numberOf(left);
  if (leftNumber !== undefined) {
    const rightNumber = numberOf(right);
    // The mixed comparison of int and double is exact in JavaScript.
    return rightNumber !== undefined && leftNumber == rightNumber;
  }
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  return areEqualObjects(left, right);
}

function areEqualObjects(left: CelValue & object, right: CelValue & object): boolean {
  if (isCelMap(left)) return isCelMap(right) && areEqualMaps(left, right);
  if (isCelList(left)) return isCelList(right) && areEqualLists(left, right);
  if (left instanceof Uint8Array) return right instanceof Uint8Array && compareBytes(left, right) === 0;
  if (isCelType(left)) return isCelType(right) && left.kind === right.kind && left.name === right.name;
  const timestamp = timestampNanos(left);
  if (timestamp !== undefined) return timestamp === timestampNanos(right);
  const duration = durationNanos(left);
  return duration !== undefined && duration === durationNanos(right);
}

function areEqualLists(left: CelList, right: CelList): boolean {
  if (left.size !== right.size) return false;
  charge(left.size);
  for (let i = 0; i < left.size; i++) {
    const one = left.get(i);
    const other = right.get(i);
    if (one === undefined || other === undefined || !areEqual(one, other)) return false;
  }
  return true;
}

function areEqualMaps(left: CelMap, right: CelMap): boolean {
  if (left.size !== right.size) return false;
  charge(left.size);
  for (const [key, value] of left.entries()) {
    const other = right.get(key);
    if (other === undefined || !areEqual(value, other)) return false;
  }
  return true;
}

function numberOf(value: CelValue): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return isCelUint(value) ? value.value : undefined;
}
