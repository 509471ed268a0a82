import type { MemorySample } from './memory-sample.js';

/**
 * Over the whole run, whatever its length: over a million calls, a leak of nine bytes in each is over it. What Envoy
 * takes beside the module (V8's heap and compiled code, buffers of connections) moves by 1 to 3 MiB.
 */
export const MAX_GROWTH_BYTES = 8 * 2 ** 20;

/** What grew more than it may, in words; empty when memory is flat. */
export function memoryGrowth(samples: readonly MemorySample[]): readonly string[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return ['no memory was measured'];
  const resident = last.residentBytes - first.residentBytes;
  const wasm = (last.wasm?.bytes ?? 0) - (first.wasm?.bytes ?? 0);
  return [
    ...(resident > MAX_GROWTH_BYTES
      ? [`resident memory grew by ${mebibytes(resident)}, more than ${mebibytes(MAX_GROWTH_BYTES)}`]
      : []),
    ...(wasm > 0 ? [`the modules' own memory grew by ${wasm / 1024} KiB, more than none`] : []),
    ...(last.reloads > 0 ? [`${last.reloads} VMs trapped and were loaded anew`] : []),
  ];
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
