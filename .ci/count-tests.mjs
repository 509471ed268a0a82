// count-tests.mjs --failed-steps="STEP STEP" LOG...
// Adds up the summaries of several tap runs, each in a log named after its step, and prints them as one line:
// "N passed, N failed, N skipped". A step that failed without a failed test of its own (lint, a bench, a run of tests
// that did not end) counts as one failure, so that the line never looks better than the run was.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const { failedSteps, logs } = readArguments(process.argv.slice(2));
const totals = { passed: 0, failed: 0, skipped: 0 };

for (const log of logs) {
  const { pass, fail, skip, todo } = readSummary(log);
  const stepFailed = failedSteps.delete(basename(log, '.log'));
  totals.passed += pass;
  totals.failed += stepFailed ? Math.max(1, fail) : fail;
  totals.skipped += skip + todo;
}
totals.failed += failedSteps.size;
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 || totals.skipped > 0 || totals.passed === 0 ? 1 : 0);

function readArguments(args) {
  const flag = '--failed-steps=';
  const names = args
    .filter((arg) => arg.startsWith(flag))
    .flatMap((arg) => arg.slice(flag.length).split(' '));
  return {
    failedSteps: new Set(names.filter((name) => name !== '')),
    logs: args.filter((arg) => !arg.startsWith(flag)),
  };
}

/** The last summary of a log; one failure where there is none. */
function readSummary(log) {
  const counts = { pass: 0, fail: 0, skip: 0, todo: 0 };
  const summary = [...readFileSync(log, 'utf8').matchAll(/^# \{ (.*) \}$/gm)].at(-1);
  if (!summary) {
    console.log(`${log}: no summary of tests`);
    return { ...counts, fail: 1 };
  }
  const found = [...summary[1].matchAll(/(\w+): (\d+)/g)].map(([, name, count]) => [name, Number(count)]);
  return { ...counts, ...Object.fromEntries(found) };
}
