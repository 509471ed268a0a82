import { charge } from '../budget.js';
import { LruCache } from './lru-cache.js';

/** Making the calendar of a named zone takes some 80 µs; paid whether it is remembered or not. */
const NAMED_ZONE_STEPS = 1_000;
const MAX_ZONE_LENGTH = 64;
const REMEMBERED_ZONES = 32;
const formats = new LruCache<string, Intl.DateTimeFormat | undefined>(REMEMBERED_ZONES);

/**
 * A date whose UTC fields are the clock of that zone (`UTC`, an IANA name, or an offset such as `-05:30`). Never
 * depends on the time zone of this machine. Undefined for an unknown zone.
 */
export function zonedDate(ms: number, zone: string): Date | undefined {
  if (zone === 'UTC' || zone === '') return new Date(ms);
  const offset = /^([+-]?)(\d{1,4}):(\d{1,4})$/.exec(zone);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    return new Date(ms + (offset[1] === '-' ? -1 : 1) * minutes * 60_000);
  }
  if (zone.length > MAX_ZONE_LENGTH) return undefined;
  charge(NAMED_ZONE_STEPS);
  const format = formats.get(zone, formatFor);
  return format === undefined ? undefined : clockOf(format, ms);
}

function formatFor(zone: string): Intl.DateTimeFormat | undefined {
  if (!/^[A-Z][A-Za-z0-9_+/-]*$/.test(zone) || zone === 'Local') return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
}

function clockOf(format: Intl.DateTimeFormat, ms: number): Date {
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type) ?? 0);
  const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year');
  const date = new Date(0);
  date.setUTCFullYear(year, number('month') - 1, number('day'));
  date.setUTCHours(number('hour'), number('minute'), number('second'), ((ms % 1000) + 1000) % 1000);
  return date;
}
