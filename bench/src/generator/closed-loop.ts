import { createHttpConnection } from './http-connection.js';
import type { ClosedLoop, LoadPlan } from './load-plan.js';
import { outcomeOf } from './outcome.js';
import type { Tally } from './tally.js';

/** Between attempts of a connection that can't be had, so that a server that is away is not hammered. */
const PAUSE_AFTER_FAILURE_MS = 10;

/** Every connection sends, waits, sends again; resolves when the time is over and all are answered. */
export async function runClosedLoop(plan: LoadPlan, pacing: ClosedLoop, tally: Tally): Promise<void> {
  const requests = plan.requests.map((request) => ({ request, bytes: Buffer.from(request.text) }));
  const endMs = performance.now() + plan.durationMs;
  let sent = 0;
  const lane = (): Promise<void> =>
    new Promise((resolve) => {
      const connection = createHttpConnection(plan);
      const next = (): void => {
        const planned = requests[sent % requests.length];
        const startedMs = performance.now();
        if (!planned || startedMs >= endMs || sent >= plan.maxRequests) {
          connection.close();
          resolve();
          return;
        }
        sent++;
        connection.send(planned.bytes, (exchange) => {
          tally.record(outcomeOf(planned.request, exchange), (performance.now() - startedMs) * 1000);
          if (exchange.answer) next();
          else setTimeout(next, PAUSE_AFTER_FAILURE_MS);
        });
      };
      next();
    });
  await Promise.all(Array.from({ length: pacing.connections }, lane));
}
