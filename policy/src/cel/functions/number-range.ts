import { celUint, type CelUint } from '@bufbuild/cel';
import { fault } from '../fault.js';

export const MAX_INT = 2n ** 63n - 1n;
export const MIN_INT = -(2n ** 63n);
export const MAX_UINT = 2n ** 64n - 1n;

/** CEL ints have 64 bits; a result beyond them is an evaluation error, never a wrapped number. */
export function intOf(value: bigint): bigint {
  if (value > MAX_INT || value < MIN_INT) throw fault('evaluation-failed', 'int overflow');
  return value;
}

export function uintOf(value: bigint): CelUint {
  if (value > MAX_UINT || value < 0n) throw fault('evaluation-failed', 'uint overflow');
  return celUint(value);
}
