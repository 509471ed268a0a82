import { createConnectionPool } from './connection-pool.js';
import type { LoadPlan, OpenLoop } from './load-plan.js';
import { outcomeOf } from './outcome.js';
import type { Tally } from './tally.js';

const TICK_MS = 1;

/** Sends what is due, on connections of a bounded pool; what finds none free waits, and its latency grows. */
export function runOpenLoop(plan: LoadPlan, pacing: OpenLoop, tally: Tally): Promise<void> {
  const requests = plan.requests.map((request) => ({ request, bytes: Buffer.from(request.text) }));
  const total = Math.min(plan.maxRequests, Math.floor((plan.durationMs / 1000) * pacing.ratePerSecond));
  if (total === 0) return Promise.resolve();
  const pool = createConnectionPool(plan, pacing.maxConnections);
  const startMs = performance.now();
  let scheduled = 0;
  let finished = 0;

  return new Promise((resolve) => {
    const tick = (): void => {
      const nowMs = performance.now();
      for (; scheduled < total; scheduled++) {
        const dueMs = startMs + (scheduled * 1000) / pacing.ratePerSecond;
        const planned = requests[scheduled % requests.length];
        if (dueMs > nowMs || !planned) break;
        tally.recordLateness((nowMs - dueMs) * 1000);
        pool.send(planned.bytes, (exchange) => {
          tally.record(outcomeOf(planned.request, exchange), (performance.now() - dueMs) * 1000);
          finished++;
          if (finished < total) return;
          pool.close();
          resolve();
        });
      }
      if (scheduled < total) setTimeout(tick, TICK_MS);
    };
    tick();
  });
}
