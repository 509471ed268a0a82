import { fileURLToPath } from 'node:url';
import { acquireEnvoy } from '@omnia-policy/cli';
import type { WasmModule } from '@omnia-policy/envoy';
import t from 'tap';
import { startGenerator } from '../generator/start-generator.js';
import type { MemorySample } from './memory-sample.js';
import { runSoak } from './run-soak.js';
import { soakCalls, soakTokens } from './soak-calls.js';
import { FILTER_MODULE } from '../chain/bench-filters.js';
import { startSoakEnvoy } from './start-soak-envoy.js';

const envoy = await acquireEnvoy({ env: process.env, report: () => undefined });
const generator = startGenerator();
t.teardown(generator.stop);
const tokens = await soakTokens();

async function soak(module: WasmModule, extraHeader = ''): Promise<readonly MemorySample[]> {
  const running = await startSoakEnvoy(envoy, module);
  t.teardown(() => running.stop());
  const requests = soakCalls(tokens).map((request) => {
    return { ...request, text: request.text.replace('\r\n\r\n', `${extraHeader}\r\n\r\n`) };
  });
  const traffic = { requests, token: tokens.usual, warmUpCalls: 100, calls: 402 };
  return runSoak(running, { ...traffic, generator, report: () => undefined });
}

t.test('both roles in the real Envoy, and what its memory is', async (t) => {
  const samples = await soak(FILTER_MODULE);
  t.same(
    samples.map(({ calls }) => calls),
    [0, 101, 201, 302, 402],
  );
  for (const { residentBytes, heapBytes, wasm, reloads } of samples) {
    t.ok(residentBytes > heapBytes && heapBytes > 2 ** 20);
    t.equal(reloads, 0);
    if (process.platform === 'linux') t.ok(wasm && wasm.vms >= 4 && wasm.bytes >= wasm.vms * 65_536);
  }
});

t.test('a filter that traps ends the run', async (t) => {
  const twin = import.meta.resolve('@omnia-policy/wasm-filter/omnia-filter-trap.wasm');
  await t.rejects(soak({ filename: fileURLToPath(twin) }, '\r\nx-test-trap: 1'), /answered rightly.*503/);
});
