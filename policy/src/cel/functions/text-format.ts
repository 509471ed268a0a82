import {
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
  type CelList,
  type CelMap,
  type CelValue,
} from '@bufbuild/cel';
import { charge, chargeConversion, chargeLongerText, chargeNewText, chargeTextChange } from '../budget.js';
import { fault } from '../fault.js';
import { fixedText, plainText, scientificText } from '../values/number-text.js';
import { durationText, timestampText } from '../values/time-text.js';
import { durationNanos, timestampNanos } from '../values/time-value.js';
import { parseFormat, type FormatVerb } from './format-clause.js';

const STEPS_PER_PART = 5;
const STEPS_PER_VALUE = 4;

/** `"…".format([…])`. Throws a fault for a clause that does not take its argument. */
export function formatText(format: string, args: CelList): string {
  const parts = parseFormat(format);
  if (typeof parts === 'string') throw failed('the format text is not well formed');
  let next = 0;
  let text = '';
  for (const part of parts) {
    let piece: string;
    if (part.kind === 'text') {
      piece = part.text;
    } else {
      const argument = args.get(next++);
      if (argument === undefined) throw failed('there are fewer arguments than clauses');
      piece = formatArgument(argument, part.verb, part.precision);
    }
    charge(STEPS_PER_PART);
    chargeLongerText(text.length, piece.length);
    text += piece;
  }
  return text;
}

function failed(reason: string): Error {
  return fault('evaluation-failed', `format(): ${reason}`);
}

function formatArgument(value: CelValue, verb: FormatVerb, precision: number): string {
  const text = textOfArgument(value, verb, precision);
  if (text === undefined) throw failed(`%${verb} does not take a value of this type`);
  return text;
}

function textOfArgument(value: CelValue, verb: FormatVerb, precision: number): string | undefined {
  switch (verb) {
    case 's':
      return displayText(value);
    case 'd':
      return typeof value === 'number'
        ? (unusualDouble(value) ?? plainText(value))
        : integerOf(value)?.toString();
    case 'f':
    case 'e': {
      const double = typeof value === 'number' ? value : integerOf(value);
      if (double === undefined) return undefined;
      chargeConversion(precision);
      const write = verb === 'f' ? fixedText : scientificText;
      return unusualDouble(Number(double)) ?? write(Number(double), precision);
    }
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : integerOf(value)?.toString(2);
    case 'o':
      return integerOf(value)?.toString(8);
    case 'x':
      return hexText(value);
    case 'X':
      return hexText(value)?.toUpperCase();
  }
}

function integerOf(value: CelValue): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return isCelUint(value) ? value.value : undefined;
}

function unusualDouble(value: number): string | undefined {
  return Number.isFinite(value) ? undefined : value.toString();
}

function hexText(value: CelValue): string | undefined {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  if (!(bytes instanceof Uint8Array)) return integerOf(value)?.toString(16);
  chargeTextChange(bytes.length * 2);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What `%s` writes; lists and maps deeply, a map's keys in order. */
function displayText(value: CelValue): string {
  charge(STEPS_PER_VALUE);
  if (typeof value === 'string') {
    chargeNewText(value.length);
    return value;
  }
  if (typeof value === 'boolean' || typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return unusualDouble(value) ?? plainText(value);
  return displayObject(value);
}

function displayObject(value: CelValue): string {
  if (value === null) return 'null';
  if (isCelUint(value)) return value.value.toString();
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (isCelType(value)) return value.name;
  if (isCelList(value)) return bounded(`[${Array.from(value, displayText).join(', ')}]`);
  if (isCelMap(value)) return displayMap(value);
  const timestamp = timestampNanos(value);
  if (timestamp !== undefined) return timestampText(timestamp);
  const duration = durationNanos(value);
  if (duration !== undefined) return durationText(duration);
  throw failed('%s does not take a value of this type');
}

function displayMap(map: CelMap): string {
  const entries = Array.from(
    map.entries(),
    ([key, value]) => [displayText(key), displayText(value)] as const,
  );
  entries.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return bounded(`{${entries.map(([key, value]) => `${key}: ${value}`).join(', ')}}`);
}

function bounded(text: string): string {
  chargeNewText(text.length);
  return text;
}
