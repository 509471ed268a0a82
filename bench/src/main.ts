import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { acquireEnvoy } from '@omnia-policy/cli';
import { readConfiguration, runMain } from '@omnia-policy/service';
import { benchDescription } from './bench-settings.js';
import { benchToken } from './chain/bench-call.js';
import { variants } from './chain/variant.js';
import { startGenerator } from './generator/start-generator.js';
import { describeMachine, loadAverage } from './measure/machine.js';
import { benchReport } from './report/bench-report.js';
import { FULL_RUN, SHORT_RUN, takesTurn } from './report/bench-timing.js';
import { measureSlice, warmUp, type BenchSettings, type WarmVariant } from './report/measure-variant.js';
import type { Measurement } from './report/measurement.js';

const RESULTS = fileURLToPath(new URL('../results.md', import.meta.url));

runMain('bench', async () => {
  const configuration = readConfiguration(benchDescription, {
    args: process.argv.slice(2),
    env: process.env,
  });
  if (configuration.kind === 'help') {
    process.stdout.write(configuration.text);
    return;
  }
  const { short, write } = configuration.values;
  const timing = short ? SHORT_RUN : FULL_RUN;
  const envoy = await acquireEnvoy({ env: process.env, report });
  const machine = describeMachine(envoy.version);
  const generator = startGenerator();
  try {
    const settings = { envoy, generator, token: await benchToken(), timing };
    const slices = new Map<string, Measurement[]>(variants.map(({ name }) => [name, []]));
    for (let round = 1; round <= timing.rounds; round++) {
      report(`round ${round} of ${timing.rounds}`);
      await runRound(settings, slices);
    }
    const text = `${benchReport(slices, { short, machine, loadAtEnd: loadAverage(), timing })}\n`;
    process.stdout.write(text);
    if (!short || write) await writeFile(RESULTS, text);
  } finally {
    generator.stop();
  }
});

/** All chains run at once, and are loaded in turn: what else the machine does then hits all of them alike. */
async function runRound(settings: BenchSettings, slices: ReadonlyMap<string, Measurement[]>): Promise<void> {
  const warm: WarmVariant[] = [];
  try {
    for (const variant of variants) {
      report(`warming up: ${variant.title}`);
      warm.push(await warmUp(variant, settings));
    }
    const { turnsPerRound } = settings.timing;
    for (let turn = 1; turn <= turnsPerRound; turn++) {
      report(`turn ${turn} of ${turnsPerRound}`);
      for (const one of warm.filter(({ variant }) => takesTurn(variant, turn)))
        slices.get(one.variant.name)?.push(await measureSlice(one, settings));
    }
  } finally {
    await Promise.all(warm.map(({ chain }) => chain.stop()));
  }
}

function report(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
