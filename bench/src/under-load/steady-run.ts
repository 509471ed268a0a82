import { setTimeout as delay } from 'node:timers/promises';
import type { Generator } from '../generator/start-generator.js';
import type { IntervalTally } from '../generator/tally.js';
import { watchProcesses, type ProcessesByRole, type UsageSample } from '../measure/process-watch.js';
import type { SystemUnderLoad } from './system-under-load.js';

export interface SteadyTiming {
  readonly durationMs: number;
  readonly killAtMs: number;
  readonly replaceFromMs: number;
  readonly replaceForMs: number;
  readonly intervalMs: number;
}

/** A stretch of the run in which something was broken or changed on purpose. */
export interface FaultWindow {
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface SteadyRun {
  readonly ratePerSecond: number;
  readonly intervals: readonly IntervalTally[];
  readonly usage: readonly UsageSample[];
  readonly faults: readonly FaultWindow[];
}

export interface SteadyOptions {
  readonly ratePerSecond: number;
  readonly timing: SteadyTiming;
  readonly report: (line: string) => void;
}

const MAX_CONNECTIONS = 256;
const MAX_REQUESTS = 2_000_000;

/** Calls at even times, whatever happens, while the faults run their course. */
export async function runSteady(
  system: SystemUnderLoad,
  generator: Generator,
  { ratePerSecond, timing, report }: SteadyOptions,
): Promise<SteadyRun> {
  report(`steady run: ${ratePerSecond.toFixed(0)} calls/s for ${timing.durationMs / 1000} s`);
  const startMs = performance.now();
  const processes = (): ProcessesByRole =>
    new Map([...system.processes(), ['load generator', [generator.pid]]]);
  const watch = watchProcesses({ processes, intervalMs: timing.intervalMs, startMs });
  try {
    const [intervals, faults] = await Promise.all([
      generator.run({
        ...system.address,
        requests: system.requests,
        pacing: { kind: 'open', ratePerSecond, maxConnections: MAX_CONNECTIONS },
        durationMs: timing.durationMs,
        maxRequests: MAX_REQUESTS,
        answerTimeoutMs: 10_000,
        intervalMs: timing.intervalMs,
      }),
      runFaults(system, { timing, startMs, report }),
    ]);
    return { ratePerSecond, intervals, usage: watch.samples, faults };
  } finally {
    watch.stop();
  }
}

interface FaultRun {
  readonly timing: SteadyTiming;
  readonly startMs: number;
  readonly report: (line: string) => void;
}

async function runFaults(
  { faults }: SystemUnderLoad,
  { timing, startMs, report }: FaultRun,
): Promise<readonly FaultWindow[]> {
  if (!faults) return [];
  const now = (): number => performance.now() - startMs;
  await delay(timing.killAtMs - now());
  report('fault: ext-authz is killed');
  const killedMs = now();
  await faults.killExtAuthz();
  const backMs = now();
  await delay(Math.max(0, timing.replaceFromMs - now()));
  report('fault: policies are replaced every 100 ms');
  const replacedMs = now();
  const count = await faults.replacePolicies(timing.replaceForMs);
  return [
    { label: 'ext-authz killed', fromMs: killedMs, toMs: backMs },
    { label: `policies replaced, ${count} times`, fromMs: replacedMs, toMs: now() },
  ];
}
