import fc from 'fast-check';
import t from 'tap';
import { cronFault } from './cron-fault.js';

t.test('schedules that every scheduler reads alike', (t) => {
  for (const schedule of [
    '0 0 1 * *',
    '*/5 * * * *',
    '0 2-4 * * MON-FRI',
    '1,2,30-40/5 0 1,15 Jan,jul sun',
    '59 23 31 12 7',
    '0 0 29 2 *',
    '0 0 31 2 1',
    '  0\t0  1 * *  ',
    '0 0 30 */2 *',
  ]) {
    t.equal(cronFault(schedule), undefined, schedule);
  }
  t.end();
});

t.test('what is wrong with a schedule', (t) => {
  const cases: [schedule: string, says: RegExp][] = [
    ['', /five fields/],
    ['@monthly', /five fields/],
    ['0 0 0 1 * *', /five fields/],
    ['60 * * * *', /minute "60"/],
    ['* 24 * * *', /hour "24"/],
    ['* * 0 * *', /day of the month "0"/],
    ['* * 32 * *', /day of the month "32"/],
    ['* * * 13 *', /month "13"/],
    ['* * * foo *', /month "foo" .* jan feb/],
    ['* * * * 8', /day of the week "8"/],
    ['5-1 * * * *', /minute "5-1"/],
    ['*/0 * * * *', /minute/],
    ['*/60 * * * *', /minute/],
    ['5/10 * * * *', /minute "5\/10"/],
    ['1, * * * *', /minute/],
    ['-1 * * * *', /minute/],
    ['1-2-3 * * * *', /minute/],
    ['1.5 * * * *', /minute/],
    ['* * L * *', /day of the month "L"/],
    ['* * * * 1#2', /day of the week/],
    ['* * mon * *', /day of the month "mon"/],
    ['0 0 30 2 *', /none of its months has that day/],
    ['0 0 31 feb-feb,4-6/2,9 *', /none of its months has that day/],
    ['0 0\n1 * *', /five fields/],
  ];
  for (const [schedule, says] of cases) t.match(cronFault(schedule), says, schedule);
  t.end();
});

t.test('no text makes it throw', (t) => {
  const characters = fc.constantFrom(...Array.from('0123456789*,-/ \tajnLW#?@'));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: characters })), (text) => {
      const fault = cronFault(text);
      return fault === undefined || fault.length > 0;
    }),
  );
  t.end();
});
