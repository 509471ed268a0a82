import type { CelValue } from '@bufbuild/cel';
import { fault, noSuchOverload } from '../fault.js';
import { zonedDate } from '../values/time-zone.js';
import { durationNanos, NANOS_PER_SECOND, timestampNanos } from '../values/time-value.js';
import { define, type FunctionDefinition } from './function-definition.js';
import { textArgument } from './arguments.js';

const MS_PER_DAY = 86_400_000;

function read(name: string, value: CelValue, pick: (local: Date) => number): (zone?: string) => bigint {
  const nanos = timestampNanos(value);
  if (nanos === undefined) throw noSuchOverload(name);
  const rest = ((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const ms = Number((nanos - rest) / 1_000_000n);
  return (zone) => {
    const local = zonedDate(ms, zone ?? 'UTC');
    if (local === undefined) throw fault('evaluation-failed', `${name}: unknown time zone`);
    return BigInt(pick(local));
  };
}

/** A method of a timestamp, with or without a time zone; of a duration too, where one has such a part. */
function part(name: string, pick: (local: Date) => number, nanosPerUnit?: bigint): FunctionDefinition {
  const signatures = ['timestamp.() -> int', 'timestamp.(string) -> int'];
  return define(name, nanosPerUnit === undefined ? signatures : [...signatures, 'duration.() -> int'], [
    (value: CelValue) => {
      const nanos = nanosPerUnit === undefined ? undefined : durationNanos(value);
      if (nanos !== undefined && nanosPerUnit !== undefined) return nanos / nanosPerUnit;
      return read(name, value, pick)();
    },
    (value: CelValue, zone: CelValue) => read(name, value, pick)(textArgument(zone, name)),
  ]);
}

function dayOfYear(date: Date): number {
  const newYear = new Date(0);
  newYear.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return Math.floor((date.getTime() - newYear.getTime()) / MS_PER_DAY);
}

export const timeFunctions = [
  part('getFullYear', (date) => date.getUTCFullYear()),
  part('getMonth', (date) => date.getUTCMonth()),
  part('getDayOfYear', dayOfYear),
  part('getDayOfMonth', (date) => date.getUTCDate() - 1),
  part('getDate', (date) => date.getUTCDate()),
  part('getDayOfWeek', (date) => date.getUTCDay()),
  part('getHours', (date) => date.getUTCHours(), 3600n * NANOS_PER_SECOND),
  part('getMinutes', (date) => date.getUTCMinutes(), 60n * NANOS_PER_SECOND),
  part('getSeconds', (date) => date.getUTCSeconds(), NANOS_PER_SECOND),
  part('getMilliseconds', (date) => date.getUTCMilliseconds(), 1_000_000n),
];
