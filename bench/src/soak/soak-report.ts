import { machineLine, type Machine } from '../measure/machine.js';
import { markdownTable } from '../report/markdown-table.js';
import { MAX_GROWTH_BYTES, memoryGrowth } from './memory-growth.js';
import type { MemorySample } from './memory-sample.js';

export interface SoakFacts {
  readonly machine: Machine;
  readonly loadAtEnd: number;
}

/** The result as Markdown that can also be read as text. */
export function soakReport(samples: readonly MemorySample[], { machine, loadAtEnd }: SoakFacts): string {
  const grown = memoryGrowth(samples);
  return [
    '# Memory of the wasm filter in Envoy',
    machineLine(machine, loadAtEnd),
    'Calls go through jwt_authn and both roles of the filter; Envoy answers them by itself, with one worker. The first row is after warming up.',
    sampleTable(samples),
    grown.length === 0 ? '**Flat.**' : `**Not flat:** ${grown.join('; ')}.`,
    howToRead,
  ].join('\n\n');
}

function sampleTable(samples: readonly MemorySample[]): string {
  const head = ['calls', 'resident MiB', "Envoy's heap MiB", 'wasm KiB', 'wasm VMs', 'traps'];
  return markdownTable(
    head,
    samples.map(({ calls, residentBytes, heapBytes, wasm, reloads }) => [
      String(calls),
      (residentBytes / 2 ** 20).toFixed(1),
      (heapBytes / 2 ** 20).toFixed(1),
      wasm ? String(wasm.bytes / 1024) : '–',
      wasm ? String(wasm.vms) : '–',
      String(reloads),
    ]),
  );
}

const howToRead = `- Resident: what the system counts for the process. It may grow by ${MAX_GROWTH_BYTES / 2 ** 20} MiB from the first row to the last.
- Envoy's heap: what Envoy's own code holds.
- wasm: memory of the modules in all VMs together (one for each filter and thread); it only grows, and it may not grow at all.
  Linux only.
- traps: VMs that were loaded anew after a trap; a leak that reaches the module's own limit ends in one.`;
