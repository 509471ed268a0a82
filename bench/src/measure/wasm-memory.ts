import { readFileSync } from 'node:fs';

/** Memory of the wasm VMs in a process: what the modules inside see as theirs. It grows and never shrinks. */
export interface WasmMemory {
  readonly vms: number;
  readonly bytes: number;
}

/** V8 reserves behind each memory what 32-bit addresses could reach, unreadable, instead of checking each access. */
const LEAST_GUARD_BYTES = 4 * 2 ** 30;

/** @returns undefined where the system does not show it: other than Linux, or no such process */
export function readWasmMemory(pid: number): WasmMemory | undefined {
  try {
    return wasmMemoryOf(readFileSync(`/proc/${pid}/maps`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param maps text of Linux' `/proc/PID/maps` */
export function wasmMemoryOf(maps: string): WasmMemory {
  const regions = maps.split('\n').flatMap((line) => {
    const [, from = '', to = '', access = ''] = /^([0-9a-f]+)-([0-9a-f]+) (\S{4})/.exec(line) ?? [];
    return access === '' ? [] : [{ from: parseInt(from, 16), to: parseInt(to, 16), access }];
  });
  const memories = regions.filter(({ to, access }, index) => {
    const next = regions[index + 1];
    return (
      access.startsWith('rw') &&
      next?.from === to &&
      next.access.startsWith('---') &&
      next.to - next.from >= LEAST_GUARD_BYTES
    );
  });
  return {
    vms: memories.length,
    bytes: memories.reduce((sum, { from, to }) => sum + (to - from), 0),
  };
}
