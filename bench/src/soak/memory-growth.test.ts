import t from 'tap';
import { MAX_GROWTH_BYTES, memoryGrowth } from './memory-growth.js';
import type { MemorySample } from './memory-sample.js';

const KIB = 1024;
const first: MemorySample = {
  calls: 0,
  residentBytes: 84 * KIB * KIB,
  heapBytes: 9 * KIB * KIB,
  wasm: { vms: 6, bytes: 27 * 64 * KIB },
  reloads: 0,
};

t.test('flat memory', (t) => {
  t.same(memoryGrowth([first, { ...first, residentBytes: first.residentBytes + MAX_GROWTH_BYTES }]), []);
  t.same(memoryGrowth([first, { ...first, residentBytes: first.residentBytes / 2 }]), []);
  t.same(memoryGrowth([first, first].map((sample) => ({ ...sample, wasm: undefined }))), [], 'not Linux');
  t.end();
});

t.test('each kind of growth is named', (t) => {
  const wasm = { vms: 6, bytes: 28 * 64 * KIB };
  const residentBytes = first.residentBytes + 12 * KIB * KIB;
  t.same(memoryGrowth([first, first, { ...first, wasm, residentBytes, reloads: 2 }]), [
    'resident memory grew by 12.0 MiB, more than 8.0 MiB',
    "the modules' own memory grew by 64 KiB, more than none",
    '2 VMs trapped and were loaded anew',
  ]);
  t.end();
});

t.test('a run without samples is no success', (t) => {
  t.same(memoryGrowth([]), ['no memory was measured']);
  t.end();
});
