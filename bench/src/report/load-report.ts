import { DENIED_CALL_PASSED, worstFirst } from '../generator/outcome.js';
import { summarise, type RunSummary } from '../generator/summarise.js';
import type { IntervalTally } from '../generator/tally.js';
import { machineLine, type Machine } from '../measure/machine.js';
import { WHOLE_MACHINE, type UsageSample } from '../measure/process-watch.js';
import { saturation, throughput, type RampStep } from '../under-load/ramp.js';
import type { SteadyRun } from '../under-load/steady-run.js';
import { markdownTable } from './markdown-table.js';

export interface LoadResult {
  readonly machine: Machine;
  readonly loadAtEnd: number;
  readonly system: string;
  readonly ramp: readonly RampStep[];
  readonly steady: SteadyRun;
}

/** The load test as Markdown that can also be read as text. */
export function loadReport({ machine, loadAtEnd, system, ramp, steady }: LoadResult): string {
  const rate = steady.ratePerSecond.toFixed(0);
  return [
    '# Load test',
    `${machineLine(machine, loadAtEnd)}\nLoaded: ${system}. The load generator, in a process of its own, shares the machine.`,
    '## Errors by kind, whole run, worst first',
    errorTable(outcomesOf({ ramp, steady })),
    `## Ramp: saturation at ${saturation(ramp).toFixed(0)} calls/s`,
    'Each connection sends its next call when the last one is answered.',
    rampTable(ramp),
    `## Steady run: ${rate} calls/s, sent at even times whatever happens`,
    'Latency counts from when a call was due, and is that of right answers.',
    phaseTable(steady),
    latenessLine(steady),
    '## Steady run over time',
    timeTable(steady),
    '## Processes in the steady run',
    processTable(steady),
  ].join('\n\n');
}

/** Of the whole run. */
export function outcomesOf({
  ramp,
  steady,
}: Pick<LoadResult, 'ramp' | 'steady'>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { outcomes } of [...ramp.map(({ summary }) => summary), summarise(steady.intervals)])
    for (const [outcome, count] of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + count);
  return counts;
}

function errorTable(outcomes: ReadonlyMap<string, number>): string {
  const calls = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
  const listed = worstFirst(new Map([[DENIED_CALL_PASSED, 0], ...outcomes]));
  const rows = listed.map(([outcome, count]) => [outcome, String(count), perCent(count, calls)]);
  return markdownTable(['kind', 'calls', `of ${calls}`], rows);
}

function rampTable(ramp: readonly RampStep[]): string {
  const rows = ramp.map(({ connections, summary }) => [String(connections), ...figures(summary)]);
  return markdownTable(['connections', ...FIGURES], rows);
}

const FIGURES = ['calls/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'errors'];

function figures(summary: RunSummary): string[] {
  const { latencies, requests, asExpected } = summary;
  return [
    throughput(summary).toFixed(0),
    ...[50, 99, 99.9].map((percent) => milliseconds(latencies.percentile(percent))),
    String(requests - asExpected),
  ];
}

interface Phase {
  readonly title: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Before, during and after each fault. */
function phaseTable({ intervals, faults }: SteadyRun): string {
  const endMs = intervals.at(-1)?.toMs ?? 0;
  const calms = [...faults, undefined].map((next, index): Phase => {
    return { title: 'calm', fromMs: faults[index - 1]?.toMs ?? 0, toMs: next?.fromMs ?? endMs };
  });
  const phases = calms.flatMap((calm, index): readonly Phase[] => {
    const fault = faults[index];
    return fault ? [calm, { title: fault.label, fromMs: fault.fromMs, toMs: fault.toMs }] : [calm];
  });
  const inFault = (interval: IntervalTally): boolean => faults.some((fault) => overlap(interval, fault));
  const rows = phases.map((phase) => {
    const isCalm = phase.title === 'calm';
    return phaseRow(
      phase,
      intervals.filter((interval) => overlap(interval, phase) && isCalm !== inFault(interval)),
    );
  });
  const whole = phaseRow({ title: 'whole', fromMs: 0, toMs: endMs }, intervals);
  return markdownTable(['phase', 'seconds', ...FIGURES], [...rows, whole]);
}

/** An interval that a fault touches belongs to the fault. */
function overlap(interval: IntervalTally, phase: Pick<Phase, 'fromMs' | 'toMs'>): boolean {
  return interval.toMs > phase.fromMs && interval.fromMs < phase.toMs;
}

function phaseRow({ title, fromMs, toMs }: Phase, intervals: readonly IntervalTally[]): string[] {
  const span = `${(fromMs / 1000).toFixed(1)}–${(toMs / 1000).toFixed(1)}`;
  return [title, span, ...figures(summarise(intervals))];
}

function latenessLine({ intervals }: SteadyRun): string {
  const { lateness } = summarise(intervals);
  const [half, most] = [50, 99].map((percent) => milliseconds(lateness.percentile(percent)));
  return `Of this the generator's own lateness, included in the latencies: p50 ${String(half)} ms, p99 ${String(most)} ms.`;
}

const ROWS_OVER_TIME = 15;

function timeTable({ intervals, usage }: SteadyRun): string {
  const roles = [...new Set(usage.map(({ role }) => role))];
  const endSeconds = (intervals.at(-1)?.toMs ?? 0) / 1000;
  const rowSeconds = Math.max(1, Math.ceil(endSeconds / ROWS_OVER_TIME));
  const rows: string[][] = [];
  for (let from = 0; from < endSeconds; from += rowSeconds) {
    const to = Math.min(endSeconds, from + rowSeconds);
    const within = (ms: number): boolean => ms >= from * 1000 && ms < to * 1000;
    const some = intervals.filter(({ fromMs, toMs }) => within((fromMs + toMs) / 2));
    const samples = usage.filter(({ atMs }) => within(atMs));
    const processes = roles.map((role) => usageCell(samples.filter((sample) => sample.role === role)));
    if (some.length > 0) rows.push([`${from}–${to.toFixed(0)}`, ...figures(summarise(some)), ...processes]);
  }
  return markdownTable(
    ['seconds', ...FIGURES, ...roles.map((role) => (role === WHOLE_MACHINE ? role : `${role}, MiB`))],
    rows,
  );
}

function usageCell(samples: readonly UsageSample[]): string {
  const cpu = `${mean(samples.map(({ cpuPercent }) => cpuPercent)).toFixed(0)} %`;
  const memory = memoryOf(samples);
  return memory.length === 0 ? cpu : `${cpu}, ${mebibytes(Math.max(...memory))}`;
}

function processTable({ intervals, usage }: SteadyRun): string {
  const rate = throughput(summarise(intervals));
  const roles = [...new Set(usage.map(({ role }) => role))];
  const rows = roles.map((role) => {
    const samples = usage.filter((sample) => sample.role === role);
    const cpu = samples.map(({ cpuPercent }) => cpuPercent);
    const memory = memoryOf(samples);
    return [
      role,
      `${mean(cpu).toFixed(0)} %`,
      `${Math.max(...cpu).toFixed(0)} %`,
      rate === 0 ? '–' : ((mean(cpu) * 10_000) / rate).toFixed(0),
      ...[memory[0], memory.length === 0 ? undefined : Math.max(...memory), memory.at(-1)].map(mebibytes),
    ];
  });
  const head = ['process', 'CPU mean', 'CPU most', 'µs per call', 'MiB at first', 'MiB most', 'MiB at last'];
  return markdownTable(head, rows);
}

function milliseconds(micros: number | undefined): string {
  return micros === undefined ? '–' : (micros / 1000).toFixed(2);
}

function memoryOf(samples: readonly UsageSample[]): number[] {
  return samples.flatMap(({ residentBytes }) => (residentBytes === undefined ? [] : [residentBytes]));
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : (bytes / 2 ** 20).toFixed(0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function perCent(count: number, total: number): string {
  return `${((count / Math.max(1, total)) * 100).toFixed(2)} %`;
}
