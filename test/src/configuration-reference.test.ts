import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { helpRows } from './help-rows.js';
import { ROOT } from './stack.js';

const reference = readFileSync(join(ROOT, 'docs/reference/configuration.md'), 'utf8');

/** The rows of the table below one heading. */
function documented(heading: string): string[] {
  const section = reference.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section.split('\n').filter((row) => row.startsWith('| `--'));
}

t.test('the configuration page and the programs name the same settings', (t) => {
  const programs: [heading: string, program: string, ...command: string[]][] = [
    ['omnia-policy run', 'cli/bin/omnia-policy.js', 'run'],
    ['omnia-policy token', 'cli/bin/omnia-policy.js', 'token'],
    ['omnia-ext-authz', 'ext-authz/bin/omnia-ext-authz.js'],
    ['omnia-operator', 'operator/bin/omnia-operator.js'],
    ['omnia-operator uninstall', 'operator/bin/omnia-operator.js', 'uninstall'],
  ];
  for (const [heading, program, ...command] of programs) {
    const expected = helpRows(program, ...command).map(
      ({ flag, variable, standing }) => `| \`${flag}\` | \`${variable}\` | ${standing} |`,
    );
    t.ok(expected.length > 2, heading);
    const rows = documented(heading).map((row) => row.split('|').slice(0, 4).join('|') + '|');
    t.same(rows, expected, heading);
  }
  t.end();
});
