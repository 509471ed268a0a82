import type { PolicyEntry } from '@omnia-policy/policy';
import { createLogger } from '@omnia-policy/service';
import t from 'tap';
import { createProblemLog } from './problem-log.js';

const entry = (name: string, problem?: string): PolicyEntry => ({
  ...{ origin: `ToolPolicy/n/${name}`, kind: 'ToolPolicy', namespace: 'n', name, phase: 'Error' },
  ...{ enforced: 'last-good', mode: 'enforce', ruleCount: 1 },
  problems: problem === undefined ? [] : [{ path: 'spec', code: 'wrong-type', message: problem }],
});

t.test('a problem is logged when it turns up, and again when it had been away', (t) => {
  const lines: unknown[] = [];
  const log = createProblemLog(
    createLogger('info', {}, { write: (line) => void lines.push(JSON.parse(line)) }),
  );
  log.log([entry('a', 'x'), entry('b')]);
  log.log([entry('a', 'x'), entry('b', 'y')]);
  log.log([entry('a'), entry('b', 'y')]);
  log.log([entry('a', 'x'), entry('b', 'y')]);
  t.match(lines, [
    { origin: 'ToolPolicy/n/a', path: 'spec', code: 'wrong-type', problem: 'x', enforced: 'last-good' },
    { origin: 'ToolPolicy/n/b', problem: 'y' },
    { origin: 'ToolPolicy/n/a', problem: 'x', msg: 'policy problem' },
  ]);
  t.equal(lines.length, 3);
  t.end();
});
