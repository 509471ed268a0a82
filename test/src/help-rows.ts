import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './stack.js';

/** One setting as a program's --help prints it. */
export interface HelpRow {
  readonly flag: string;
  readonly variable: string;
  readonly standing: string;
}

/** @param program path below the root, with a command if it has several. */
export function helpRows(program: string, ...command: string[]): HelpRow[] {
  const help = execFileSync(process.execPath, [join(ROOT, program), ...command, '--help'], {
    encoding: 'utf8',
  });
  return [...help.matchAll(/^ {2}(--\S+)(?: .*)?\n(?: {6}.*\n)*? {6}(OMNIA_\w+), (.*)$/gm)].map(
    ([, flag = '', variable = '', standing = '']) => ({
      flag,
      variable,
      standing: standing.replaceAll(ROOT, ''),
    }),
  );
}
