import { checkBounds, type LoadPlan } from './load-plan.js';
import { runClosedLoop } from './closed-loop.js';
import { runOpenLoop } from './open-loop.js';
import { createTally, type IntervalTally } from './tally.js';

export type GeneratorMessage =
  { readonly kind: 'interval'; readonly tally: IntervalTally } | { readonly kind: 'done' };

/** The generator's own process: takes one plan after the other from its parent, and ends with it. */
export function serveParent(): void {
  process.on('message', (plan: LoadPlan) => {
    void run(plan);
  });
  process.on('disconnect', () => {
    process.exit(0);
  });
}

async function run(plan: LoadPlan): Promise<void> {
  checkBounds(plan);
  const tally = createTally();
  const startMs = performance.now();
  const report = (): void => {
    send({ kind: 'interval', tally: tally.take(performance.now() - startMs) });
  };
  const timer = setInterval(report, plan.intervalMs);
  if (plan.pacing.kind === 'closed') await runClosedLoop(plan, plan.pacing, tally);
  else await runOpenLoop(plan, plan.pacing, tally);
  clearInterval(timer);
  report();
  send({ kind: 'done' });
}

function send(message: GeneratorMessage): void {
  process.send?.(message);
}
