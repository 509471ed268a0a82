import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What the system says of a process since its start. */
export interface ProcessUsage {
  /** User and system time of all its threads, in microseconds. Linux counts in steps of 10 ms, `ps` elsewhere too or worse. */
  readonly cpuMicros: number;
  readonly residentBytes: number;
}

/** @returns undefined when there is no such process (any more) */
export function readProcessUsage(pid: number): ProcessUsage | undefined {
  return process.platform === 'linux' ? readLinux(pid) : readPs(pid);
}

let linux: { readonly microsPerTick: number; readonly pageBytes: number } | undefined;

function linuxUnits(): { readonly microsPerTick: number; readonly pageBytes: number } {
  linux ??= {
    microsPerTick: 1_000_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })),
    pageBytes: Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' })),
  };
  return linux;
}

function readLinux(pid: number): ProcessUsage | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field, the name in brackets, may itself hold blanks and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const { microsPerTick, pageBytes } = linuxUnits();
  const [userTicks, systemTicks, residentPages] = [fields[11], fields[12], fields[21]].map(Number);
  if (userTicks === undefined || systemTicks === undefined || residentPages === undefined) return undefined;
  return { cpuMicros: (userTicks + systemTicks) * microsPerTick, residentBytes: residentPages * pageBytes };
}

function readPs(pid: number): ProcessUsage | undefined {
  try {
    const [time = '', kilobytes] = execFileSync('ps', ['-o', 'time=,rss=', '-p', String(pid)], {
      encoding: 'utf8',
    })
      .trim()
      .split(/\s+/);
    return { cpuMicros: psTimeMicros(time), residentBytes: Number(kilobytes) * 1024 };
  } catch {
    return undefined;
  }
}

/** `[[days-]hours:]minutes:seconds[.hundredths]`, as `ps` writes CPU time. */
export function psTimeMicros(text: string): number {
  const [clock = '', days = '0'] = text.split('-').reverse();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((Number(days) * 86_400 + seconds) * 1_000_000);
}
