import { join } from 'node:path';
import { programsOf, type BenchCluster } from '../bench-cluster.js';

export interface ProfiledStep<T> {
  readonly name: string;
  /** Folder for the profiles; undefined: none are taken. */
  readonly profile: string | undefined;
  readonly run: () => Promise<T>;
}

/** Runs a step, with CPU profiles of our programs beside it if they are wanted: `<step>-<program>.cpuprofile`. */
export async function profiled<T>(
  cluster: BenchCluster,
  { name, profile, run }: ProfiledStep<T>,
): Promise<T> {
  if (profile === undefined) return run();
  const programs = programsOf(cluster).map(([program, { pid }]) => ({ program, pid }));
  for (const { pid } of programs) await cluster.probe.startProfile(pid);
  const result = await run();
  for (const { program, pid } of programs) {
    await cluster.probe.stopProfile(pid, join(profile, `${name}-${program}.cpuprofile`));
  }
  return result;
}
