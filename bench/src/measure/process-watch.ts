import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { readProcessUsage } from './process-usage.js';

/** Which processes are watched, by the part that they play. */
export type ProcessesByRole = ReadonlyMap<string, readonly number[]>;

/** CPU and memory of one part at one moment. */
export interface UsageSample {
  readonly atMs: number;
  readonly role: string;
  /** 100 is one core; since the sample before. */
  readonly cpuPercent: number;
  /** Undefined for the whole machine. */
  readonly residentBytes: number | undefined;
}

/** All cores and all processes: shows when others wanted the machine too. */
export const WHOLE_MACHINE = 'whole machine';

export interface ProcessWatch {
  readonly samples: readonly UsageSample[];
  readonly stop: () => void;
}

export interface WatchOptions {
  /** Asked at every sample: processes come and go. */
  readonly processes: () => ProcessesByRole;
  readonly intervalMs: number;
  /** What the times of samples count from. */
  readonly startMs: number;
}

/** Samples CPU and memory until stopped, of each part and of the whole machine. A part whose processes are all gone has memory 0. */
export function watchProcesses({ processes, intervalMs, startMs }: WatchOptions): ProcessWatch {
  const samples: UsageSample[] = [];
  let lastMs = performance.now();
  let last = cpuByPid(processes());
  let lastMachine = machineMs();
  const sample = (): void => {
    const nowMs = performance.now();
    const current = processes();
    const next = cpuByPid(current);
    for (const [role, pids] of current) {
      const spent = pids.map((pid) => (next.get(pid) ?? 0) - (last.get(pid) ?? 0));
      const micros = spent.reduce((sum, each) => sum + each, 0);
      const residentBytes = pids.reduce((sum, pid) => sum + (readProcessUsage(pid)?.residentBytes ?? 0), 0);
      const cpuPercent = micros / (nowMs - lastMs) / 10;
      samples.push({ atMs: nowMs - startMs, role, cpuPercent, residentBytes });
    }
    const machine = machineMs();
    // The two clocks are read one after the other: a little more than all cores is all cores.
    const cpuPercent = Math.min(cpus().length, (machine - lastMachine) / (nowMs - lastMs)) * 100;
    samples.push({ atMs: nowMs - startMs, role: WHOLE_MACHINE, cpuPercent, residentBytes: undefined });
    lastMs = nowMs;
    last = next;
    lastMachine = machine;
  };
  const timer = setInterval(sample, intervalMs);
  return {
    samples,
    stop: () => {
      clearInterval(timer);
    },
  };
}

/** Time that the cores spent on anything. */
function machineMs(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
}

function cpuByPid(processes: ProcessesByRole): ReadonlyMap<number, number> {
  const pids = [...processes.values()].flat();
  return new Map(pids.map((pid) => [pid, readProcessUsage(pid)?.cpuMicros ?? 0]));
}

export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** All processes below one, as `ps` sees them. */
export function descendants(root: number): readonly RunningProcess[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    });
  const below = (pid: number): RunningProcess[] =>
    rows.filter(({ parent }) => parent === pid).flatMap((row) => [row, ...below(row.pid)]);
  return below(root);
}
