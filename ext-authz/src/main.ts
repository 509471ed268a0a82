import { createLogger, runMain, shutDownOnSignal } from '@omnia-policy/service';
import cluster from 'node:cluster';
import { extAuthzProgram, readExtAuthzConfiguration } from './configuration.js';
import { runSingle } from './run-single.js';
import { shutdownDeadlineMs } from './running-ext-authz.js';
import { runPrimary } from './workers/run-primary.js';
import { runWorker } from './workers/run-worker.js';

runMain(extAuthzProgram.program, async () => {
  const configuration = readExtAuthzConfiguration({ args: process.argv.slice(2), env: process.env });
  if (configuration.kind === 'help') {
    process.stdout.write(configuration.text);
    return;
  }
  const { values: settings } = configuration;
  if (cluster.isWorker) {
    await runWorker(settings, createLogger(settings.logLevel, { worker: cluster.worker?.id }));
    return;
  }
  const logger = createLogger(settings.logLevel);
  const run = settings.workers === 1 ? runSingle : runPrimary;
  const running = await run(settings, logger);
  // The steps inside stop() keep the deadline; this one is the net below it.
  const deadlineMs = shutdownDeadlineMs + 1000;
  shutDownOnSignal({ steps: [{ name: 'stop', run: running.stop }], deadlineMs, logger });
  await Promise.all([running.loaded, running.failed]);
});
