import t from 'tap';
import { readWasmMemory, wasmMemoryOf } from './wasm-memory.js';

const PAGE_BYTES = 65_536;

/** As Envoy 1.40.0 has it: two VMs, stacks and code between them. */
const MAPS = `51b1c0000000-51b1ff200000 ---p 00000000 00:00 0
51b1ff200000-51b200000000 rw-p 00000000 00:00 0
7f49d7630000-7f49d7690000 rw-p 00000000 00:00 0
7f49d7690000-7f4bd7630000 ---p 00000000 00:00 0
7f4be7640000-7f4c07600000 rwxp 00000000 00:00 0
7f4c07600000-7f4c0763d000 ---p 00000000 00:00 0
7f4c0763d000-7f4c07e3d000 rw-p 00000000 00:00 0   [stack]
7f4c07e3d000-7f4c07e3e000 ---p 00000000 00:00 0
7f4c09640000-7f4c09670000 rw-p 00000000 00:00 0
7f4c09670000-7f4e09640000 ---p 00000000 00:00 0
`;

t.test('a memory is what has a guard of gigabytes behind it', (t) => {
  t.same(wasmMemoryOf(MAPS), { vms: 2, bytes: (6 + 3) * PAGE_BYTES });
  t.same(wasmMemoryOf(''), { vms: 0, bytes: 0 });
  t.end();
});

t.test('a process that is gone', (t) => {
  t.equal(readWasmMemory(2 ** 30), undefined);
  t.end();
});
