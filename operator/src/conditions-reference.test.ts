import { readFileSync } from 'node:fs';
import t from 'tap';
import { CONDITION_TABLE } from './plan/condition-table.js';

const page = readFileSync(new URL('../../docs/reference/conditions.md', import.meta.url), 'utf8');

t.test('docs/reference/conditions.md explains exactly the conditions that there are, in their order', (t) => {
  const explained = page
    .split('\n')
    .filter((line) => /^\| [A-Z]/.test(line))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
  t.strictSame(
    explained.map((cells) => cells.slice(0, 4)),
    CONDITION_TABLE.map(({ type, status, reason, kinds }) => [type, status, reason, kinds.join(', ')]),
  );
  const isWhole = (cells: readonly string[]): boolean =>
    cells.length === 6 && cells.every((cell) => cell.length > 0);
  t.ok(explained.every(isWhole), 'each says what it means and what to do');
  t.end();
});
