import { programsOf, type BenchCluster, type ProgramName } from '../bench-cluster.js';
import type { ProcessMemory } from '../probe/probe-protocol.js';

export interface MemorySample extends ProcessMemory {
  readonly program: ProgramName;
  readonly when: string;
}

export async function measureMemory(cluster: BenchCluster, when: string): Promise<readonly MemorySample[]> {
  return Promise.all(
    programsOf(cluster).map(async ([program, { pid }]) => ({
      ...{ program, when },
      ...(await cluster.probe.memory(pid)),
    })),
  );
}
