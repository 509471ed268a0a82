import { isCelList, isCelMap, isCelType, isCelUint, type CelValue } from '@bufbuild/cel';
import { durationNanos, timestampNanos } from '../values/time-value.js';
import { timestampText } from '../values/time-text.js';

/** A value with its type as one text, maps in order: the notation of the recorded answers under testdata. */
export function describeValue(value: CelValue): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value.toString();
  if (typeof value === 'string') return `string:${value}`;
  if (typeof value === 'bigint') return `int:${value}`;
  if (typeof value === 'number') return `double:${value}`;
  return describeObject(value);
}

function describeObject(value: CelValue & object): string {
  if (isCelUint(value)) return `uint:${value.value}`;
  if (value instanceof Uint8Array) return `bytes:${Buffer.from(value).toString('hex')}`;
  if (isCelType(value)) return `type:${value.name}`;
  if (isCelList(value)) return `list:[${Array.from(value, describeValue).join(', ')}]`;
  if (isCelMap(value)) {
    const entries = Array.from(
      value.entries(),
      ([key, held]) => `${describeValue(key)}=${describeValue(held)}`,
    );
    return `map:{${entries.sort(byCodePoint).join(', ')}}`;
  }
  const timestamp = timestampNanos(value);
  return timestamp === undefined
    ? `duration:${durationNanos(value)}`
    : `timestamp:${timestampText(timestamp)}`;
}

function byCodePoint(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
