/** One of the five fields: its range, and what its numbers may be called. */
interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const MINUTE: CronField = { name: 'minute', min: 0, max: 59 };
const HOUR: CronField = { name: 'hour', min: 0, max: 23 };
const DAY: CronField = { name: 'day of the month', min: 1, max: 31 };
const MONTH: CronField = { name: 'month', min: 1, max: 12, names: MONTHS };
// 7 is Sunday too.
const WEEKDAY: CronField = { name: 'day of the week', min: 0, max: 7, names: WEEKDAYS };

const FIELDS = [MINUTE, HOUR, DAY, MONTH, WEEKDAY] as const;

const PART = /^(?:\*|(?<from>\w+)(?:-(?<to>\w+))?)(?:\/(?<step>\d+))?$/;

/**
 * What is wrong with a cron expression, undefined if nothing is. The plain five fields that all schedulers read alike:
 * `*`, numbers, names of months and weekdays, ranges, lists, and steps over `*` or a range.
 */
export function cronFault(expression: string): string | undefined {
  const texts = expression.replace(/^[ \t]+|[ \t]+$/g, '').split(/[ \t]+/);
  if (texts.length !== FIELDS.length) {
    const order = FIELDS.map(({ name }) => name).join(', ');
    return `expected five fields (${order}), for example 0 0 1 * *`;
  }
  const fault = FIELDS.map((field, index) => fieldFault(field, texts[index] ?? '')).find(Boolean);
  return fault ?? dateFault(texts[2] ?? '', texts[3] ?? '', texts[4] ?? '');
}

function fieldFault(field: CronField, text: string): string | undefined {
  const isGood = text.split(',').every((part) => isGoodPart(field, part));
  if (isGood) return undefined;
  const range = `${field.min} to ${field.max}${field.names ? `, ${field.names.join(' ')}` : ''}`;
  return `the ${field.name} "${text}" must be *, numbers (${range}), ranges a-b, steps */n or a-b/n, or a list of these`;
}

function isGoodPart(field: CronField, part: string): boolean {
  const groups = PART.exec(part)?.groups;
  if (!groups) return false;
  const { from, to, step } = groups;
  if (step !== undefined && (Number(step) < 1 || Number(step) > field.max)) return false;
  if (from === undefined) return true;
  const first = numberOf(field, from);
  const last = to === undefined ? first : numberOf(field, to);
  if (first === undefined || last === undefined) return false;
  // Schedulers disagree on what `5/10` means.
  return first <= last && (step === undefined || to !== undefined);
}

function numberOf({ min, max, names = [] }: CronField, text: string): number | undefined {
  const index = names.indexOf(text.toLowerCase());
  if (index >= 0) return index + min;
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= min && number <= max ? number : undefined;
}

/** `0 0 31 2 *` would never come. With a weekday beside it, that may. */
function dateFault(day: string, month: string, weekday: string): string | undefined {
  if (weekday !== '*') return undefined;
  const earliest = Math.min(...day.split(',').map((part) => firstOf(DAY, part)));
  const months = DAYS_IN_MONTH.filter((_, index) => covers(month, index + 1));
  return months.some((days) => days >= earliest) ? undefined : 'none of its months has that day';
}

function covers(text: string, month: number): boolean {
  return text.split(',').some((part) => {
    const [range = '', step = '1'] = part.split('/');
    const [from = '', to = from] = range === '*' ? ['1', '12'] : range.split('-');
    const first = numberOf(MONTH, from) ?? MONTH.min;
    const last = numberOf(MONTH, to) ?? MONTH.max;
    return month >= first && month <= last && (month - first) % Number(step) === 0;
  });
}

function firstOf(field: CronField, part: string): number {
  const from = PART.exec(part)?.groups?.from;
  return from === undefined ? field.min : (numberOf(field, from) ?? field.min);
}
