import { runWhileLeader, type Leadership } from '@omnia-policy/kube';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createApplier } from './apply/create-applier.js';
import { createLeadingClient } from './apply/leading-client.js';
import { createStatusWriter } from './apply/write-status.js';
import { createControllers } from './controllers/create-controllers.js';
import { createReconcile } from './controllers/create-reconcile.js';
import { runControllers } from './controllers/run-controllers.js';
import type { OperatorParts } from './run-operator.js';
import type { RunningWebhook } from './webhook/run-webhook.js';

/** Who holds it writes. */
export const OPERATOR_LEASE = 'omnia-operator';

/** Writes whenever, and only while, this replica leads. Resolves when the process is to end. */
export async function lead(parts: OperatorParts, webhook: RunningWebhook | undefined): Promise<void> {
  const { settings, view, planSettings, metrics, logger, signal } = parts;
  const controllers = createControllers(planSettings);
  const work = async (leadership: Leadership): Promise<void> => {
    metrics.leads(true);
    const client = createLeadingClient(parts.client, leadership);
    // Anew each time: what was written before may have been changed by another leader since.
    const writeStatus = createStatusWriter({ client, logger, nowMs: Date.now });
    const applier = createApplier({ client, emitted: view.emitted, logger });
    view.forgetOutcomes();
    const { world, noteOutcome } = view;
    const reconcile = createReconcile({ controllers, world, applier, noteOutcome, writeStatus });
    await Promise.all([
      runControllers({ view, reconcile, leadership, metrics, logger }),
      webhook?.tend(leadership.signal),
    ]);
    metrics.leads(false);
  };
  if (!settings.leaderElection) return work({ signal, isHeld: () => true });
  return runWhileLeader(parts.client, {
    lease: { namespace: settings.systemNamespace, name: OPERATOR_LEASE },
    identity: `${hostname()}_${randomUUID()}`,
    work,
    logger,
    signal,
  });
}
