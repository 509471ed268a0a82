/** How to end one thing that was started. */
export interface CleanupStep {
  end(): void | Promise<void>;
  /** The impatient way; must not wait. Absent: `end` is not needed then. */
  endAtOnce?(): void;
}

/** What has to be ended, in the reverse order of its start. */
export interface Cleanup {
  /** Once the end has begun, what is added is ended right away: a start that was under way leaves nothing behind. */
  add(step: CleanupStep): void;
  /** Ends everything, one after the other. A second call waits for the first. Rejects with the first failure. */
  run(): Promise<void>;
  runAtOnce(): void;
}

export function createCleanup(): Cleanup {
  const steps: CleanupStep[] = [];
  let running: Promise<void> | undefined;
  const runAll = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let step = steps.at(-1); step !== undefined; step = steps.at(-1)) {
      try {
        await step.end();
      } catch (error) {
        failures.push(error);
      }
      // Only now, so that runAtOnce knows the step that takes too long.
      steps.splice(steps.indexOf(step), 1);
    }
    if (failures.length > 0) throw failures[0];
  };
  return {
    add(step) {
      steps.push(step);
      if (running !== undefined) running = running.then(runAll);
    },
    run() {
      running ??= runAll();
      return running;
    },
    runAtOnce() {
      for (const step of steps) step.endAtOnce?.();
    },
  };
}
