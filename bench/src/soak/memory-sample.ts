import type { Address } from '@omnia-policy/envoy';
import { readProcessUsage } from '../measure/process-usage.js';
import { readWasmMemory, type WasmMemory } from '../measure/wasm-memory.js';

/** Envoy's memory at one moment, as the system and Envoy itself see it. */
export interface MemorySample {
  /** Sent so far, without those that warmed up. */
  readonly calls: number;
  readonly residentBytes: number;
  /** What Envoy's own code has allocated and not freed; wasm memory is beside it. */
  readonly heapBytes: number;
  readonly wasm: WasmMemory | undefined;
  /** VMs that trapped and were loaded anew, since the start. */
  readonly reloads: number;
}

export interface SampledEnvoy {
  readonly pid: number;
  readonly admin: Address;
}

/** @throws Error when Envoy is gone */
export async function sampleMemory({ pid, admin }: SampledEnvoy, calls: number): Promise<MemorySample> {
  const url = `http://${admin.host}:${admin.port}`;
  const memory = (await (await fetch(`${url}/memory`)).json()) as { allocated: string };
  const stats = await (await fetch(`${url}/stats?filter=vm_reload$`)).text();
  const usage = readProcessUsage(pid);
  if (!usage) throw new Error('Envoy is gone');
  return {
    calls,
    residentBytes: usage.residentBytes,
    heapBytes: Number(memory.allocated),
    wasm: readWasmMemory(pid),
    reloads: [...stats.matchAll(/: (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0),
  };
}
