import { LARGE_BODY_BYTES, variants, type Variant } from '../chain/variant.js';
import { machineLine, type Machine } from '../measure/machine.js';
import { median } from '../measure/median.js';
import type { BenchTiming } from './bench-timing.js';
import { markdownTable } from './markdown-table.js';
import type { Measurement, Slices } from './measurement.js';
import { checkTargets } from './targets.js';

export interface RunFacts {
  readonly short: boolean;
  readonly machine: Machine;
  readonly loadAtEnd: number;
  readonly timing: BenchTiming;
}

/** The whole result as Markdown that can also be read as text. */
export function benchReport(slices: Slices, facts: RunFacts): string {
  const measured = variants.flatMap((variant): Row[] => {
    const measurements = slices.get(variant.name);
    return measurements ? [{ variant, measurements }] : [];
  });
  const small = measured.filter(({ variant }) => variant.bodyBytes < LARGE_BODY_BYTES);
  const large = measured.filter(({ variant }) => variant.bodyBytes >= LARGE_BODY_BYTES);
  return [
    '# Cost of the chain',
    machineLine(facts.machine, facts.loadAtEnd),
    howMeasured(facts.timing),
    ...(facts.short ? [SHORT_RUN_NOTE] : []),
    '## Filter by filter, a call with a body of 100 bytes',
    costTable(small),
    '## Larger bodies, read by the policies',
    costTable(large),
    '## Targets',
    targetTable(slices),
    HOW_TO_READ,
  ].join('\n\n');
}

interface Row {
  readonly variant: Variant;
  readonly measurements: readonly Measurement[];
}

function howMeasured({ rounds, turnsPerRound, connections, warmUpCalls, sliceMs }: BenchTiming): string {
  return (
    `Rounds: ${rounds}. In each, the processes of every chain are started anew and warmed up with ${warmUpCalls} calls (or ` +
    `for a few seconds); then the chains take turns of ${sliceMs / 1000} s. Turns in each round: ${turnsPerRound}, and ` +
    `${Math.ceil(turnsPerRound / 2)} with larger bodies. Connections: ${connections}, each sends its next call when the last ` +
    'one is answered. Figures are medians over all turns.'
  );
}

function costTable(rows: readonly Row[]): string {
  const head = ['chain', 'Envoy µs', 'service µs', 'together µs', 'calls/s', 'p50 ms', 'p99 ms'];
  return markdownTable(head, rows.map(costRow));
}

function costRow({ variant, measurements }: Row): string[] {
  const of = (pick: (measurement: Measurement) => number): number => median(measurements.map(pick));
  const service = of(({ serviceMicros }) => serviceMicros ?? 0);
  return [
    variant.title,
    of(({ envoyMicros }) => envoyMicros).toFixed(1),
    variant.service ? service.toFixed(1) : '–',
    of(({ envoyMicros, serviceMicros = 0 }) => envoyMicros + serviceMicros).toFixed(1),
    of(({ requestsPerSecond }) => requestsPerSecond).toFixed(0),
    (of(({ p50Micros }) => p50Micros) / 1000).toFixed(2),
    (of(({ p99Micros }) => p99Micros) / 1000).toFixed(2),
  ];
}

function targetTable(slices: Slices): string {
  return markdownTable(
    ['promise', 'target', 'measured', ''],
    checkTargets(slices).map(({ title, target, measured, met }) => [
      title,
      target,
      measured,
      met ? 'met' : 'NOT MET',
    ]),
  );
}

const SHORT_RUN_NOTE =
  'This was a short run: nothing was warm. It shows that all of it works; its figures and verdicts mean nothing.';

const HOW_TO_READ = `## How to read this

- CPU is what the system counted for the processes themselves, per call; the load generator, a process of its own, is
  left out. On a machine that other work shares, this is the figure to trust: calls/s, p50 and p99 mostly show who else
  wanted the cores.
- Envoy runs one worker, answers by itself where the tool service would be asked, and reads every request to its end
  first (in all variants alike).
- "OK at once" is a service of grpc-js and proto-loader that reads the same messages and decides nothing. Targets compare
  turns that followed each other; in brackets, the middle half of these comparisons: how far to trust the median.
- The calls are of three tools in turn. Of the 10 and of the 1,000 policies one, two and three are about them, of the
  1 policy it is about the last; the agent's allowlist comes on top. All calls are allowed, and none is logged.`;
