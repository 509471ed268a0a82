// Adds up the summary lines of several tap runs and prints them as one: "N passed, N failed, N skipped".
// A log without a summary is a run that did not end: one failure.
import { readFileSync } from 'node:fs';

const totals = { pass: 0, fail: 0, skip: 0 };
for (const log of process.argv.slice(2)) {
  const summary = /^# \{ (.*) \}$/m.exec(readFileSync(log, 'utf8').split('\n').reverse().join('\n'));
  if (!summary) {
    console.log(`${log}: no summary`);
    totals.fail += 1;
    continue;
  }
  for (const [, name, count] of summary[1].matchAll(/(\w+): (\d+)/g)) {
    if (name in totals) totals[name] += Number(count);
    else if (name === 'todo') totals.skip += Number(count);
  }
}
console.log(`${totals.pass} passed, ${totals.fail} failed, ${totals.skip} skipped`);
process.exit(totals.fail > 0 || totals.pass === 0 ? 1 : 0);
