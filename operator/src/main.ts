import { createLogger, readConfiguration, runMain, shutDownOnSignal } from '@omnia-policy/service';
import { operatorProgram, readOperatorConfiguration, uninstallProgram } from './configuration.js';
import { runOperator, shutdownDeadlineMs } from './run-operator.js';
import { uninstall } from './uninstall.js';

const { env } = process;
const [command, ...rest] = process.argv.slice(2);

if (command === 'uninstall') {
  runMain(uninstallProgram.program, async () => {
    const configuration = readConfiguration(uninstallProgram, { args: rest, env });
    if (configuration.kind === 'help') {
      process.stdout.write(configuration.text);
      return;
    }
    await uninstall(configuration.values, createLogger(configuration.values.logLevel));
  });
} else {
  runMain(operatorProgram.program, async () => {
    const configuration = readOperatorConfiguration({ args: process.argv.slice(2), env });
    if (configuration.kind === 'help') {
      process.stdout.write(configuration.text);
      return;
    }
    const logger = createLogger(configuration.values.logLevel);
    const running = await runOperator(configuration.values, logger);
    // The steps inside stop() keep the deadline; this one is the net below it.
    const deadlineMs = shutdownDeadlineMs + 1000;
    shutDownOnSignal({ steps: [{ name: 'stop', run: running.stop }], deadlineMs, logger });
    await running.failed;
  });
}
