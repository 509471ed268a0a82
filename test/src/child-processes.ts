import { execFileSync } from 'node:child_process';

export interface ChildProcess {
  readonly pid: number;
  readonly command: string;
}

/** All processes below one, as `ps` sees them. */
export function descendants(root: number): ChildProcess[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row))
    .flatMap((match) =>
      match ? [{ pid: Number(match[1]), parent: Number(match[2]), command: String(match[3]) }] : [],
    );
  const below = (pid: number): ChildProcess[] =>
    rows.filter((row) => row.parent === pid).flatMap((row) => [row, ...below(row.pid)]);
  return below(root);
}

export function findProcess(root: number | undefined, part: string): ChildProcess {
  const found = descendants(root ?? -1).find(({ command }) => command.includes(part));
  if (!found) throw new Error(`no process with ${part} below ${String(root)}`);
  return found;
}
