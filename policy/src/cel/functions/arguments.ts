import { isCelList, type CelList, type CelValue } from '@bufbuild/cel';
import { fault, noSuchOverload } from '../fault.js';

/** Reads an argument as text, or throws the fault of a wrong overload. */
export function textArgument(value: CelValue, functionName: string): string {
  if (typeof value !== 'string') throw noSuchOverload(functionName);
  return value;
}

/** Reads an int argument as a number. One that is beyond exact numbers is beyond every text, too. */
export function intArgument(value: CelValue, functionName: string): number {
  if (typeof value !== 'bigint') throw noSuchOverload(functionName);
  return Number(value);
}

export function listArgument(value: CelValue, functionName: string): CelList {
  if (!isCelList(value)) throw noSuchOverload(functionName);
  return value;
}

export function indexOutOfRange(functionName: string): Error {
  return fault('evaluation-failed', `${functionName}: the index is out of range`);
}
