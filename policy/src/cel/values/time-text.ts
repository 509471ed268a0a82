import { NANOS_PER_SECOND } from './time-value.js';

/** No timestamp and no duration is longer. */
export const MAX_TIME_TEXT_LENGTH = 128;

const TIMESTAMP =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,64}))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** Nanoseconds since 1970 of an RFC 3339 text; undefined when it is none. No rolling over: 30 February is no day. */
export function parseTimestamp(text: string): bigint | undefined {
  const match = text.length > MAX_TIME_TEXT_LENGTH ? null : TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const offsetHours = Number(match[9] ?? 0);
  const offsetMinutes = Number(match[10] ?? 0);
  if (hour > 23 || minute > 59 || second > 59 || offsetHours > 24 || offsetMinutes > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHours * 3600 + offsetMinutes * 60);
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset;
  return BigInt(seconds) * NANOS_PER_SECOND + fractionNanos(match[7] ?? '');
}

/** RFC 3339 in UTC, with as many digits of a second as there are. */
export function timestampText(nanos: bigint): string {
  const rest = ((nanos % NANOS_PER_SECOND) + NANOS_PER_SECOND) % NANOS_PER_SECOND;
  const whole = new Date(Number((nanos - rest) / 1_000_000n)).toISOString().slice(0, 19);
  return `${whole}${fractionText(rest)}Z`;
}

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['\u00b5s', 1_000n],
  ['\u03bcs', 1_000n],
  ['ms', 1_000_000n],
  ['s', NANOS_PER_SECOND],
  ['m', 60n * NANOS_PER_SECOND],
  ['h', 3600n * NANOS_PER_SECOND],
]);

/** Nanoseconds of a text such as `1h30m` or `-1.5s`; undefined when it is none. */
export function parseDuration(text: string): bigint | undefined {
  if (text.length > MAX_TIME_TEXT_LENGTH) return undefined;
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0n;
  if (!/^((\d+(\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/.test(body)) return undefined;
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unitName = ''] of body.matchAll(
    /(\d*)(?:\.(\d*))?([a-z\u00b5\u03bc]+)/g,
  )) {
    const unit = UNITS.get(unitName) ?? 0n;
    nanos += BigInt(whole || 0) * unit;
    nanos += (BigInt(fraction || 0) * unit) / 10n ** BigInt(fraction.length);
  }
  return text.startsWith('-') ? -nanos : nanos;
}

/** Seconds with an `s`: `5400s`, `1.5s`. */
export function durationText(nanos: bigint): string {
  const magnitude = nanos < 0n ? -nanos : nanos;
  const text = `${magnitude / NANOS_PER_SECOND}${fractionText(magnitude % NANOS_PER_SECOND)}s`;
  return nanos < 0n ? `-${text}` : text;
}

function fractionNanos(digits: string): bigint {
  return BigInt(digits.slice(0, 9).padEnd(9, '0'));
}

function fractionText(nanos: bigint): string {
  return nanos === 0n ? '' : `.${nanos.toString().padStart(9, '0').replace(/0+$/, '')}`;
}
