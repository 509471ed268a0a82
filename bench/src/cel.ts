import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  compareAnswers,
  policyExpressions,
  randomExpressions,
  type RecordedAnswers,
} from './cel-engines/compare-answers.js';
import { measureBacktracking, measureSpeed, TYPICAL_RULES } from './cel-engines/measure-speed.js';
import { bufbuildBare, celJs, marcbachmann } from './cel-engines/other-engines.js';
import { ourEngine } from './cel-engines/our-engine.js';
import { markdownTable } from './report/markdown-table.js';

// Right and wrong answers and the speed of CEL engines, beside what cel-go answers: which one may decide.

const ENGINES = [celJs, marcbachmann, bufbuildBare, ourEngine];
const LETTERS = 24;
const SPEED_OF = '--speed-of';

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function answersTable(recorded: RecordedAnswers): string {
  const head = [
    'engine',
    'agrees',
    'silent allow',
    'false denial',
    'value for error',
    'error for value',
    'bad rule admitted',
  ];
  const rows = ENGINES.map((engine) => {
    const result = compareAnswers(engine, recorded);
    return [
      engine.name,
      ...[
        result.agreed,
        result.silentAllows,
        result.falseDenials,
        result.valuesForErrors + result.otherValues,
      ],
      ...[result.errorsForValues, result.admitted],
    ].map(String);
  });
  const total = recorded.cases.length * recorded.calls.length;
  return `${recorded.cases.length} ${recorded.title} on ${recorded.calls.length} calls, ${total} evaluations\n\n${markdownTable(head, rows)}`;
}

/** One row of the table of speeds; in a process of its own, since engines that share code slow each other down. */
function speedRow(index: number): readonly string[] {
  const engine = ENGINES[index];
  if (engine === undefined) throw new RangeError(`there is no engine ${index}`);
  const { rulesThatRun, bestUs, medianUs } = measureSpeed(engine);
  const backtracking = measureBacktracking(engine, LETTERS);
  return [
    engine.name,
    `${rulesThatRun} of ${TYPICAL_RULES.length}`,
    bestUs.toFixed(1),
    medianUs.toFixed(1),
    backtracking === undefined ? 'does not run' : backtracking.toFixed(1),
  ];
}

function speedTable(): string {
  const program = fileURLToPath(import.meta.url);
  const rows = ENGINES.map((_, index) => {
    const { stdout } = spawnSync(process.execPath, [program, SPEED_OF, String(index)], { encoding: 'utf8' });
    return JSON.parse(stdout) as readonly string[];
  });
  const head = ['engine', 'rules that run', 'best µs', 'median µs', `^(a+)+$ on ${LETTERS} letters, ms`];
  return `CPU of one call: JSON.parse, the variables and seven typical rules\n\n${markdownTable(head, rows)}`;
}

const [flag, index] = process.argv.slice(2);
if (flag === SPEED_OF) {
  print(JSON.stringify(speedRow(Number(index))));
} else {
  print(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}\n`);
  print(`${speedTable()}\n`);
  print(`${answersTable(policyExpressions())}\n`);
  print(answersTable(randomExpressions()));
}
