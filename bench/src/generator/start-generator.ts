import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { checkBounds, type LoadPlan } from './load-plan.js';
import type { GeneratorMessage } from './generator-process.js';
import type { IntervalTally } from './tally.js';

/** The load generator, in a process of its own so that its CPU time is not among what is measured. */
export interface Generator {
  readonly pid: number;
  /** Resolves when the plan is done; one plan at a time. */
  run(plan: LoadPlan, onInterval?: (tally: IntervalTally) => void): Promise<readonly IntervalTally[]>;
  readonly stop: () => void;
}

export function startGenerator(): Generator {
  const child = fork(fileURLToPath(new URL('../generator-main.js', import.meta.url)));
  return {
    pid: child.pid ?? -1,
    run: (plan, onInterval) => {
      checkBounds(plan);
      return runPlan(child, plan, onInterval);
    },
    stop: () => {
      if (child.connected) child.disconnect();
    },
  };
}

function runPlan(
  child: ChildProcess,
  plan: LoadPlan,
  onInterval: ((tally: IntervalTally) => void) | undefined,
): Promise<readonly IntervalTally[]> {
  return new Promise((resolve, reject) => {
    const intervals: IntervalTally[] = [];
    const onMessage = (message: GeneratorMessage): void => {
      if (message.kind === 'interval') {
        intervals.push(message.tally);
        onInterval?.(message.tally);
        return;
      }
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(intervals);
    };
    const onExit = (): void => {
      reject(new Error('the load generator ended before its plan was done'));
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.send(plan);
  });
}
