import type { MetricsSnapshot } from '@omnia-policy/service';
import { sumCounted } from './sum-counted.js';

/** The metrics of all workers, past and present. What was shown of a counter once is never taken back. */
export interface WorkerMetrics {
  /** Takes a worker's answer to the request with this id. */
  readonly receive: (worker: number, report: MetricsReport) => void;
  /** Keeps what the worker counted before it ended, as far as it was told. */
  readonly retire: (worker: number) => void;
  /** Asks these workers and waits a second at most: of one that is busy or frozen, what it told last stands. */
  readonly collect: (workers: Iterable<number>) => Promise<readonly MetricsSnapshot[]>;
}

export interface MetricsReport {
  readonly id: number;
  readonly snapshot: MetricsSnapshot;
}

const patienceMs = 1000;

/** @param ask sends a worker the request with this id */
export function createWorkerMetrics(ask: (worker: number, id: number) => void): WorkerMetrics {
  const latest = new Map<number, MetricsReport>();
  const waiting = new Map<number, () => void>();
  let ended: MetricsSnapshot = [];
  let requests = 0;
  const answerOf = async (worker: number): Promise<void> => {
    const id = (requests += 1);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      waiting.set(id, () => {
        clearTimeout(timer);
        resolve();
      });
      ask(worker, id);
    });
    waiting.delete(id);
  };
  return {
    receive(worker, report) {
      if (report.id > (latest.get(worker)?.id ?? 0)) latest.set(worker, report);
      waiting.get(report.id)?.();
    },
    retire(worker) {
      ended = sumCounted(ended, latest.get(worker)?.snapshot ?? []);
      latest.delete(worker);
    },
    async collect(workers) {
      await Promise.all(Array.from(workers, answerOf));
      return [ended, ...Array.from(latest.values(), ({ snapshot }) => snapshot)];
    },
  };
}
