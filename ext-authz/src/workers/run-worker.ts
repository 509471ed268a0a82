import { compilePolicySet, type PolicySet } from '@omnia-policy/policy';
import { createMetrics, runShutdown, ServiceError, type Logger, type Metrics } from '@omnia-policy/service';
import { startAnswering } from '../answering.js';
import type { ExtAuthzSettings } from '../configuration.js';
import { shutdownDeadlineMs } from '../running-ext-authz.js';
import type { CheckServer } from '../server.js';
import type { PoliciesMessage, ToPrimary, ToWorker } from './messages.js';

interface WorkerState {
  policySet: PolicySet | undefined;
  server: CheckServer | undefined;
  isStopping: boolean;
}

/**
 * One worker: waits for the primary's first word about the policies, so that a replacement never answers from an
 * older state than the others, then listens on the shared port. Ends when told to, and when the primary is gone.
 */
export async function runWorker(settings: ExtAuthzSettings, logger: Logger): Promise<void> {
  const ending = new AbortController();
  const metrics = createMetrics();
  const state: WorkerState = { policySet: undefined, server: undefined, isStopping: false };
  const stop = (): void => {
    if (state.isStopping) return;
    state.isStopping = true;
    ending.abort();
    const steps = [{ name: 'finish calls', run: async () => state.server?.drain() }];
    void runShutdown({ steps, deadlineMs: shutdownDeadlineMs, logger }).then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  const port = await startMessage((message) => {
    receive(message, { state, metrics, stop });
  });
  const listen = { ...settings.listen, port };
  try {
    state.server = await startAnswering({
      settings: { ...settings, listen },
      policySet: () => state.policySet,
      logger,
      metrics,
      signal: ending.signal,
    });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    send({ kind: 'failed', code: error.code, message: error.message });
    // Ends once the message is out; the primary decides what follows.
    process.disconnect();
    return;
  }
  state.server.setServing(state.policySet !== undefined);
  send({ kind: 'listening' });
}

/** Resolves with the port to listen on; every message goes to `onMessage`. */
async function startMessage(onMessage: (message: ToWorker) => void): Promise<number> {
  return new Promise((resolve) => {
    process.on('message', (received) => {
      // Sent by our own primary, in its own types.
      const message = received as ToWorker;
      onMessage(message);
      if (message.kind === 'start') resolve(message.port);
    });
    send({ kind: 'started' });
  });
}

interface Receiver {
  readonly state: WorkerState;
  readonly metrics: Metrics;
  readonly stop: () => void;
}

function receive(message: ToWorker, { state, metrics, stop }: Receiver): void {
  switch (message.kind) {
    case 'start':
      if (message.policies !== undefined) enforce(message.policies, state);
      return;
    case 'policies':
      enforce(message, state);
      return;
    case 'report-metrics':
      void metrics.snapshot().then((snapshot) => {
        send({ kind: 'metrics', id: message.id, snapshot });
      });
      return;
    case 'stop':
      stop();
      return;
  }
}

function enforce({ documents, revision }: PoliciesMessage, state: WorkerState): void {
  // The primary has told good from broken; only what is new is left to compile.
  const known = state.policySet && { reuse: state.policySet };
  state.policySet = compilePolicySet(documents, { revision, ...known });
  if (!state.isStopping) state.server?.setServing(true);
  send({ kind: 'in-force', revision });
}

function send(message: ToPrimary): void {
  // A primary that is gone needs no answer; `disconnect` ends this process.
  if (process.connected) process.send?.(message);
}
