import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { acquireEnvoy } from '@omnia-policy/cli';
import { readConfiguration, runMain } from '@omnia-policy/service';
import { benchDescription } from './bench-settings.js';
import { benchToken } from './chain/bench-call.js';
import { variants } from './chain/variant.js';
import { startGenerator } from './generator/start-generator.js';
import { describeMachine } from './measure/machine.js';
import { benchReport } from './report/bench-report.js';
import { measureVariant } from './report/measure-variant.js';
import type { Measurement } from './report/measurement.js';

const FULL = { rounds: 7, warmUpCalls: 20_000, warmUpMs: 12_000, measureMs: 4000, connections: 8 };
const SHORT = { rounds: 1, warmUpCalls: 2000, warmUpMs: 1000, measureMs: 1000, connections: 8 };
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
  const timing = short ? SHORT : FULL;
  const envoy = await acquireEnvoy({ env: process.env, report });
  const machine = describeMachine(envoy.version);
  const generator = startGenerator();
  try {
    const settings = { envoy, generator, token: await benchToken(), ...timing };
    const rounds = new Map<string, Measurement[]>(variants.map(({ name }) => [name, []]));
    for (let round = 1; round <= timing.rounds; round++) {
      for (const variant of variants) {
        report(`round ${round} of ${timing.rounds}: ${variant.title}`);
        rounds.get(variant.name)?.push(await measureVariant(variant, settings));
      }
    }
    const text = `${benchReport(rounds, { machine, ...timing })}\n`;
    process.stdout.write(text);
    if (!short || write) await writeFile(RESULTS, text);
  } finally {
    generator.stop();
  }
});

function report(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
