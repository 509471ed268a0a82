import type { Logger } from './logger.js';

/** One thing to do before the process ends. */
export interface ShutdownStep {
  readonly name: string;
  readonly run: () => void | Promise<void>;
}

export interface ShutdownOptions {
  readonly steps: readonly ShutdownStep[];
  /** How long all steps together may take; the process then ends all the same. */
  readonly deadlineMs: number;
  readonly logger: Logger;
}

/**
 * Runs the steps in order. A step that fails is logged and the next one runs. Never rejects; resolves to whether
 * all steps ended within the deadline.
 */
export async function runShutdown({ steps, deadlineMs, logger }: ShutdownOptions): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, deadlineMs);
  });
  const inTime = await Promise.race([runSteps(steps, logger).then(() => true), deadline]);
  clearTimeout(timer);
  if (!inTime) logger.warn({ deadlineMs }, 'shutdown deadline passed');
  return inTime;
}

/** On the first SIGTERM or SIGINT runs the steps and ends the process with exit code 0; on a second one, at once. */
export function shutDownOnSignal(options: ShutdownOptions): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    options.logger.info({ signal }, 'shutting down');
    void runShutdown(options).then(() => {
      process.exit(0);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function runSteps(steps: readonly ShutdownStep[], logger: Logger): Promise<void> {
  for (const { name, run } of steps) {
    try {
      await run();
    } catch (error) {
      logger.error({ err: error, step: name }, 'shutdown step failed');
    }
  }
}
