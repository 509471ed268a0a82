import { createHttpConnection, type HttpConnection } from './http-connection.js';
import type { LoadPlan, OpenLoop, PlannedRequest } from './load-plan.js';
import { outcomeOf } from './outcome.js';
import type { Tally } from './tally.js';

interface Due {
  readonly request: PlannedRequest;
  readonly bytes: Buffer;
  readonly dueMs: number;
}

const TICK_MS = 1;

/** Sends what is due, on connections of a bounded pool; what finds none free waits, and its latency grows. */
export function runOpenLoop(plan: LoadPlan, pacing: OpenLoop, tally: Tally): Promise<void> {
  const requests = plan.requests.map((request) => ({ request, bytes: Buffer.from(request.text) }));
  const startMs = performance.now();
  const total = Math.min(plan.maxRequests, Math.floor((plan.durationMs / 1000) * pacing.ratePerSecond));
  const idle: HttpConnection[] = [];
  const queue: Due[] = [];
  let opened = 0;
  let scheduled = 0;
  let finished = 0;

  return new Promise((resolve) => {
    const send = (connection: HttpConnection, { request, bytes, dueMs }: Due): void => {
      connection.send(bytes, (exchange) => {
        tally.record(outcomeOf(request, exchange), (performance.now() - dueMs) * 1000);
        finished++;
        const waiting = queue.shift();
        if (waiting) send(connection, waiting);
        else idle.push(connection);
        if (finished === total) {
          for (const done of idle) done.close();
          resolve();
        }
      });
    };
    const dispatch = (due: Due): void => {
      const connection = idle.pop();
      if (connection) send(connection, due);
      else if (opened < pacing.maxConnections) {
        opened++;
        send(createHttpConnection(plan), due);
      } else queue.push(due);
    };
    const tick = (): void => {
      const nowMs = performance.now();
      for (; scheduled < total; scheduled++) {
        const dueMs = startMs + (scheduled * 1000) / pacing.ratePerSecond;
        const planned = requests[scheduled % requests.length];
        if (dueMs > nowMs || !planned) break;
        tally.recordLateness((nowMs - dueMs) * 1000);
        dispatch({ ...planned, dueMs });
      }
      if (scheduled < total) setTimeout(tick, TICK_MS);
    };
    if (total === 0) resolve();
    else tick();
  });
}
