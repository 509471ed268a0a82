import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { acquireEnvoy } from '@omnia-policy/cli';
import { readConfiguration, runMain } from '@omnia-policy/service';
import { FILTER_MODULE } from './chain/bench-filters.js';
import { startGenerator } from './generator/start-generator.js';
import { describeMachine, loadAverage } from './measure/machine.js';
import { memoryGrowth } from './soak/memory-growth.js';
import type { MemorySample } from './soak/memory-sample.js';
import { runSoak } from './soak/run-soak.js';
import { soakCalls, soakTokens } from './soak/soak-calls.js';
import { soakReport } from './soak/soak-report.js';
import { soakDescription } from './soak/soak-settings.js';
import { startSoakEnvoy } from './soak/start-soak-envoy.js';

const WARM_UP_CALLS = 20_000;
const EXIT_CODE_GROWN = 1;
const RESULTS = fileURLToPath(new URL('../soak-results.md', import.meta.url));

runMain('soak', async () => {
  const configuration = readConfiguration(soakDescription, { args: process.argv.slice(2), env: process.env });
  if (configuration.kind === 'help') {
    process.stdout.write(configuration.text);
    return;
  }
  const { calls, write } = configuration.values;
  const envoy = await acquireEnvoy({ env: process.env, report });
  const machine = describeMachine(envoy.version);
  const running = await startSoakEnvoy(envoy, FILTER_MODULE);
  const generator = startGenerator();
  let samples: readonly MemorySample[];
  try {
    const tokens = await soakTokens();
    const traffic = { requests: soakCalls(tokens), token: tokens.usual, warmUpCalls: WARM_UP_CALLS, calls };
    samples = await runSoak(running, { ...traffic, generator, report });
  } finally {
    generator.stop();
    await running.stop();
  }
  const text = `${soakReport(samples, { machine, loadAtEnd: loadAverage() })}\n`;
  process.stdout.write(text);
  if (write) await writeFile(RESULTS, text);
  if (memoryGrowth(samples).length > 0) process.exitCode = EXIT_CODE_GROWN;
});

function report(line: string): void {
  process.stderr.write(`soak: ${line}\n`);
}
