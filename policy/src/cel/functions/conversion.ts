import { celType, isCelUint, type CelInput, type CelValue } from '@bufbuild/cel';
import { chargeConversion, chargeNewText } from '../budget.js';
import { fault, noSuchOverload } from '../fault.js';
import { shortestText } from '../values/number-text.js';
import {
  durationNanos,
  durationOf,
  NANOS_PER_SECOND,
  timestampNanos,
  timestampOf,
} from '../values/time-value.js';
import {
  durationText,
  MAX_TIME_TEXT_LENGTH,
  parseDuration,
  parseTimestamp,
  timestampText,
} from '../values/time-text.js';
import { define } from './function-definition.js';
import { intOf, uintOf } from './number-range.js';

const TWO_TO_63 = 2 ** 63;
const TWO_TO_64 = 2 ** 64;
const BOOL_TEXTS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false] as const),
]);
const LONGEST_BOOL_TEXT = 5;
/** Leading zeros included; no int needs more. */
const MAX_DIGITS = 400;
const DIGITS = '\\d+(?:_\\d+)*';
const DOUBLE_TEXT = new RegExp(
  `^[+-]?(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[+-]?${DIGITS})?$`,
  'i',
);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function cannotConvert(type: string): Error {
  return fault('evaluation-failed', `the value can not be converted to ${type}`);
}

function toInt(value: CelValue): CelInput {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') {
    if (!(value > -TWO_TO_63 && value < TWO_TO_63)) throw fault('evaluation-failed', 'int overflow');
    return BigInt(Math.trunc(value));
  }
  if (typeof value === 'string') {
    chargeConversion(Math.min(value.length, MAX_DIGITS));
    // Nothing but digits: JavaScript's own readings of "", " 5" and "0x5" are no numbers in CEL.
    if (value.length > MAX_DIGITS || !/^[+-]?\d+$/.test(value)) throw cannotConvert('int');
    return intOf(BigInt(value.startsWith('+') ? value.slice(1) : value));
  }
  if (isCelUint(value)) return intOf(value.value);
  const timestamp = timestampNanos(value);
  const converted = timestamp === undefined ? durationNanos(value) : floorSeconds(timestamp);
  if (converted === undefined) throw noSuchOverload('int()');
  return converted;
}

function floorSeconds(nanos: bigint): bigint {
  const rest = ((nanos % NANOS_PER_SECOND) + NANOS_PER_SECOND) % NANOS_PER_SECOND;
  return (nanos - rest) / NANOS_PER_SECOND;
}

function toUint(value: CelValue): CelInput {
  if (isCelUint(value)) return value;
  if (typeof value === 'bigint') return uintOf(value);
  if (typeof value === 'number') {
    if (!(value >= 0 && value < TWO_TO_64)) throw fault('evaluation-failed', 'uint overflow');
    return uintOf(BigInt(Math.trunc(value)));
  }
  if (typeof value !== 'string') throw noSuchOverload('uint()');
  chargeConversion(Math.min(value.length, MAX_DIGITS));
  if (value.length > MAX_DIGITS || !/^\d+$/.test(value)) throw cannotConvert('uint');
  return uintOf(BigInt(value));
}

function toDouble(value: CelValue): CelInput {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return parseDouble(value);
  if (isCelUint(value)) return Number(value.value);
  throw noSuchOverload('double()');
}

function parseDouble(text: string): number {
  chargeConversion(text.length);
  if (DOUBLE_TEXT.test(text)) {
    const value = Number(text.replaceAll('_', ''));
    if (Number.isFinite(value)) return value;
  }
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special === null) throw cannotConvert('double');
  if (special[2]?.toLowerCase() === 'nan') {
    if (special[1] !== '') throw cannotConvert('double');
    return Number.NaN;
  }
  return special[1] === '-' ? -Infinity : Infinity;
}

function toText(value: CelValue): CelInput {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return value.toString();
  if (isCelUint(value)) return value.value.toString();
  if (value instanceof Uint8Array) return decodeText(value);
  chargeConversion();
  if (typeof value === 'number') return shortestText(value);
  const timestamp = timestampNanos(value);
  if (timestamp !== undefined) return timestampText(timestamp);
  const duration = durationNanos(value);
  if (duration !== undefined) return durationText(duration);
  throw noSuchOverload('string()');
}

function decodeText(bytes: Uint8Array): string {
  chargeNewText(bytes.length);
  try {
    return decoder.decode(bytes);
  } catch {
    throw fault('evaluation-failed', 'the bytes are not UTF-8');
  }
}

function toBool(value: CelValue): CelInput {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') throw noSuchOverload('bool()');
  const read = value.length > LONGEST_BOOL_TEXT ? undefined : BOOL_TEXTS.get(value);
  if (read === undefined) throw cannotConvert('bool');
  return read;
}

function toBytes(value: CelValue): CelInput {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string') throw noSuchOverload('bytes()');
  chargeNewText(value.length);
  return encoder.encode(value);
}

function toTimestamp(value: CelValue): CelInput {
  if (typeof value === 'bigint') return timestampOf(value * NANOS_PER_SECOND);
  if (timestampNanos(value) !== undefined) return value;
  if (typeof value !== 'string') throw noSuchOverload('timestamp()');
  chargeConversion(Math.min(value.length, MAX_TIME_TEXT_LENGTH));
  const nanos = parseTimestamp(value);
  if (nanos === undefined) throw cannotConvert('timestamp');
  return timestampOf(nanos);
}

function toDuration(value: CelValue): CelInput {
  if (durationNanos(value) !== undefined) return value;
  if (typeof value !== 'string') throw noSuchOverload('duration()');
  chargeConversion(Math.min(value.length, MAX_TIME_TEXT_LENGTH));
  const nanos = parseDuration(value);
  if (nanos === undefined) throw cannotConvert('duration');
  return durationOf(nanos);
}

function from(types: readonly string[], result: string): readonly string[] {
  return types.map((type) => `(${type}) -> ${result}`);
}

export const conversionFunctions = [
  define('bool', from(['bool', 'string'], 'bool'), toBool),
  define('bytes', from(['bytes', 'string'], 'bytes'), toBytes),
  define('double', from(['double', 'int', 'string', 'uint'], 'double'), toDouble),
  define('duration', from(['duration', 'string'], 'duration'), toDuration),
  define('dyn', ['(A) -> dyn'], (value) => value),
  define('int', from(['int', 'double', 'duration', 'string', 'timestamp', 'uint'], 'int'), toInt),
  define(
    'string',
    from(['string', 'bool', 'bytes', 'double', 'duration', 'int', 'timestamp', 'uint'], 'string'),
    toText,
  ),
  define('timestamp', from(['timestamp', 'int', 'string'], 'timestamp'), toTimestamp),
  define('type', ['(A) -> type(A)'], (value) => celType(value)),
  define('uint', from(['uint', 'double', 'int', 'string'], 'uint'), toUint),
];
