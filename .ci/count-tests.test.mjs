import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const PROGRAM = fileURLToPath(new URL('count-tests.mjs', import.meta.url));
const CLEAN = '# { total: 9, pass: 9 }';

/** What is printed last, and the exit code; `logs` are texts of test steps by name. */
function count(logs, failedSteps = '') {
  const folder = mkdtempSync(join(tmpdir(), 'count-tests-'));
  const files = Object.entries(logs).map(([step, text]) => {
    const file = join(folder, `${step}.log`);
    writeFileSync(file, `TAP version 14\n${text}\n`);
    return file;
  });
  const { stdout, status } = spawnSync(
    process.execPath,
    [PROGRAM, `--failed-steps=${failedSteps}`, ...files],
    { encoding: 'utf8' },
  );
  return [stdout.trimEnd().split('\n').at(-1), status];
}

t.test('counts of several runs are added up', async (t) => {
  const logs = { 'test-new': '# { total: 9, pass: 9 }', 'test-old': '# { total: 4, pass: 4 }' };
  t.same(count(logs), ['13 passed, 0 failed, 0 skipped', 0]);
});

t.test('a failed or skipped test, and one that is still to be written, fail the run', async (t) => {
  t.same(count({ test: '# { total: 3, pass: 2, fail: 1 }' }, 'test'), ['2 passed, 1 failed, 0 skipped', 1]);
  t.same(count({ test: '# { total: 3, pass: 2, skip: 1 }' }), ['2 passed, 0 failed, 1 skipped', 1]);
  t.same(count({ test: '# { total: 3, pass: 2, todo: 1 }' }), ['2 passed, 0 failed, 1 skipped', 1]);
});

t.test('a failed step that is no run of tests counts as one failure', async (t) => {
  t.same(count({ test: CLEAN }, 'lint typecheck'), ['9 passed, 2 failed, 0 skipped', 1]);
});

t.test('a run of tests that failed without a failed test counts as one failure', async (t) => {
  t.same(count({ test: CLEAN }, 'test'), ['9 passed, 1 failed, 0 skipped', 1]);
  t.same(count({ test: 'killed' }, 'test'), ['0 passed, 1 failed, 0 skipped', 1]);
  t.same(count({ test: 'killed' }), ['0 passed, 1 failed, 0 skipped', 1]);
});

t.test('nothing at all is no success', async (t) => {
  t.same(count({}), ['0 passed, 0 failed, 0 skipped', 1]);
});
