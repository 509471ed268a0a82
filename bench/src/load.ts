import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { acquireEnvoy } from '@omnia-policy/cli';
import { readConfiguration, runMain, ServiceError } from '@omnia-policy/service';
import { startGenerator } from './generator/start-generator.js';
import { describeMachine, loadAverage, machineLine } from './measure/machine.js';
import { loadPlot } from './plot/load-plot.js';
import { loadReport, outcomesOf, type LoadResult } from './report/load-report.js';
import { checkTogether, loadDescription, type LoadSettings } from './under-load/load-settings.js';
import { runRamp, saturation, type RampStep } from './under-load/ramp.js';
import { runningSystem } from './under-load/running-system.js';
import { startSystem } from './under-load/started-system.js';
import { runSteady } from './under-load/steady-run.js';
import type { SystemUnderLoad } from './under-load/system-under-load.js';
import { wrongAnswers } from './under-load/wrong-answers.js';

const FULL = {
  ramp: { connections: [1, 2, 4, 8, 16, 32, 64], stepMs: 5000 },
  steady: {
    durationMs: 60_000,
    killAtMs: 15_000,
    replaceFromMs: 32_000,
    replaceForMs: 10_000,
    intervalMs: 500,
  },
};
const SHORT = {
  ramp: { connections: [1, 8, 32], stepMs: 2000 },
  steady: { durationMs: 16_000, killAtMs: 4000, replaceFromMs: 9000, replaceForMs: 3000, intervalMs: 500 },
};
const EXIT_CODE_WRONG_ANSWERS = 1;
const EXIT_CODE_INTERRUPTED = 130;
const BENCH = fileURLToPath(new URL('../', import.meta.url));

runMain('load', async () => {
  const configuration = readConfiguration(loadDescription, { args: process.argv.slice(2), env: process.env });
  if (configuration.kind === 'help') {
    process.stdout.write(configuration.text);
    return;
  }
  const { values: settings } = configuration;
  checkTogether(settings);
  const result = await run(settings);
  const folder = settings.write ? BENCH : await mkdtemp(join(tmpdir(), 'omnia-load-'));
  const plotFile = join(folder, 'load.svg');
  await writeFile(plotFile, plot(result));
  const text = `${loadReport(result)}\n`;
  process.stdout.write(text);
  if (settings.write) await writeFile(join(folder, 'load-results.md'), `${text}\n![Load test](load.svg)\n`);
  report(`the plot is ${plotFile}`);
  const wrong = wrongAnswers(outcomesOf(result));
  if (wrong === undefined) return;
  report(wrong);
  process.exitCode = EXIT_CODE_WRONG_ANSWERS;
});

async function run(settings: LoadSettings): Promise<LoadResult> {
  const timing = settings.short ? SHORT : FULL;
  const machine = describeMachine('');
  const system = await prepare(settings);
  const generator = startGenerator();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void system.stop().finally(() => process.exit(EXIT_CODE_INTERRUPTED)));
  }
  try {
    const ramp = await runRamp(system, generator, { ...timing.ramp, report });
    const ratePerSecond = (saturation(ramp) * settings.percent) / 100;
    if (ratePerSecond === 0) throw nothingAnswered(ramp);
    const steady = await runSteady(system, generator, { ratePerSecond, timing: timing.steady, report });
    const { description, envoyVersion } = system;
    return {
      machine: { ...machine, envoy: envoyVersion },
      loadAtEnd: loadAverage(),
      system: description,
      ramp,
      steady,
    };
  } finally {
    generator.stop();
    await system.stop();
  }
}

function nothingAnswered(ramp: readonly RampStep[]): ServiceError {
  const outcomes = ramp.flatMap(({ summary }) => [...summary.outcomes.keys()]);
  return new ServiceError(
    'not-ready',
    `no call of the ramp was answered as expected, but: ${[...new Set(outcomes)].join(', ')}. ` +
      'Look at one call and its answer with curl first.',
  );
}

async function prepare({ url, pids, calls, workers }: LoadSettings): Promise<SystemUnderLoad> {
  if (url !== undefined && calls !== undefined) return runningSystem({ url, pids, callsFile: calls });
  const envoy = await acquireEnvoy({ env: process.env, report });
  report('starting the system');
  return startSystem(envoy, workers);
}

function plot({ machine, loadAtEnd, system, ramp, steady }: LoadResult): string {
  const notes = [
    machineLine(machine, loadAtEnd),
    `Loaded: ${system}.`,
    'Steady run: each step is what half a second gave; shaded is what was broken or changed on purpose.',
  ];
  return loadPlot({ title: 'Load test of the tool-call policy chain', notes, ramp, steady });
}

function report(line: string): void {
  process.stderr.write(`load: ${line}\n`);
}
