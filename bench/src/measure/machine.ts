import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** Where and when something was measured. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  readonly envoy: string;
  /** Day, UTC. */
  readonly date: string;
  /** Load average over one minute before the start: by others. */
  readonly loadBefore: number;
}

export function describeMachine(envoyVersion: string): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    envoy: envoyVersion,
    date: new Date().toISOString().slice(0, 10),
    loadBefore: loadAverage(),
  };
}

/** Load average over one minute, now. */
export function loadAverage(): number {
  return loadavg()[0] ?? 0;
}

/** One core half taken is enough to move figures. */
const BUSY_LOAD = 0.5;

/** @param loadAtEnd when the run was over: by others and by the run itself */
export function machineLine(machine: Machine, loadAtEnd: number): string {
  const company = machine.loadBefore > BUSY_LOAD ? 'Other work shared the machine' : 'The machine was quiet';
  const { processor, cores, memoryGib, system, node, envoy, date, loadBefore } = machine;
  return (
    `${processor}, ${cores} cores, ${memoryGib} GiB, ${system}; Node ${node}, Envoy ${envoy}; ${date}. ` +
    `${company}: load average ${loadBefore.toFixed(1)} before, ${loadAtEnd.toFixed(1)} at the end.`
  );
}
