import { join } from 'node:path';

/** Names the folder of the sockets; without it, the probe does nothing. */
export const PROBE_FOLDER_VARIABLE = 'OMNIA_BENCH_PROBES';

export function probeSocket(folder: string, pid: number): string {
  return join(folder, `${String(pid)}.sock`);
}

/** One line of JSON, answered by one. */
export interface ProbeQuestion {
  readonly ask: 'memory' | 'watchLoop' | 'longestBlock' | 'startProfile' | 'stopProfile';
  /** Where a profile goes. */
  readonly file?: string;
}

export interface ProbeAnswer extends Partial<ProcessMemory> {
  /** Since `watchLoop`. */
  readonly blockMs?: number;
}

export interface ProcessMemory {
  readonly residentBytes: number;
  /** As it was found. */
  readonly heapBytes: number;
  /** What was left of it by a full collection. */
  readonly liveBytes: number;
}
