import type { PolicySet } from '@omnia-policy/policy';
import {
  createMetrics,
  formatListenAddress,
  metricsText,
  runShutdown,
  startOpsServer,
  type Logger,
} from '@omnia-policy/service';
import type { ExtAuthzSettings } from '../configuration.js';
import { createCredentials } from '../credentials.js';
import type { PoliciesReport } from '../policies-report.js';
import { createPolicyLoading, type PolicyLoading } from '../policy-loading.js';
import { shutdownDeadlineMs, type RunningExtAuthz } from '../running-ext-authz.js';
import { settlePort } from './settle-port.js';
import { startWorkerPool, type WorkerPool, type WorkerRevision } from './worker-pool.js';

/**
 * The service in several processes: this one owns the source of policies and the ops address, the workers answer
 * Checks on one port. Ready when every worker has the policies.
 *
 * @throws ServiceError
 */
export async function runPrimary(settings: ExtAuthzSettings, logger: Logger): Promise<RunningExtAuthz> {
  const ending = new AbortController();
  const { signal } = ending;
  // Certificates that can't be used are one clear error here, not one from each worker.
  createCredentials(settings, logger, AbortSignal.abort());
  const metrics = createMetrics();
  const loading = await createPolicyLoading({ source: settings.source, logger, metrics, signal });
  const port = await settlePort(settings.listen, '--listen');
  const pool = startWorkerPool({ count: settings.workers, port, logger });
  const readiness = { haveAllServed: false, isStopping: false };
  const ops = await startOpsServer(
    {
      notReady: () => reasonNotReady(readiness, loading.policySet(), pool.serving()),
      metrics: async () => metricsText([await metrics.snapshot(), ...(await pool.metrics())]),
      policies: () => report(loading, pool),
    },
    { address: settings.ops, flag: '--ops' },
  );
  await Promise.race([pool.listening, pool.failed]);
  const address = { host: settings.listen.host, port };
  logger.info({ listen: formatListenAddress(address), ops: formatListenAddress(ops.address) }, 'listening');
  return {
    address,
    opsAddress: ops.address,
    loaded: load(loading, pool).then(() => {
      readiness.haveAllServed = true;
    }),
    failed: pool.failed,
    async stop() {
      readiness.isStopping = true;
      ending.abort();
      const steps = [
        { name: 'stop workers', run: pool.stop },
        { name: 'close policy source', run: loading.close },
        { name: 'close ops server', run: ops.close },
      ];
      if (!(await runShutdown({ steps, deadlineMs: shutdownDeadlineMs, logger }))) pool.kill();
    },
  };
}

/** Says which workers still decide by an older set, if there are any. */
function report(loading: PolicyLoading, pool: WorkerPool): PoliciesReport & Partial<WorkersReport> {
  const workersBehind = pool.behind();
  return { ...loading.report(), ...(workersBehind.length > 0 && { workersBehind }) };
}

interface WorkersReport {
  readonly workersBehind: readonly WorkerRevision[];
}

async function load(loading: PolicyLoading, pool: WorkerPool): Promise<void> {
  await loading.start(({ revision, documents }) => {
    pool.distribute({ kind: 'policies', revision, documents });
    void pool.whenAllServe().then(loading.noteInForce);
  });
  await pool.whenAllServe();
}

interface Readiness {
  /** Later a worker may be missing for a moment while it is replaced; the others answer. */
  readonly haveAllServed: boolean;
  readonly isStopping: boolean;
}

function reasonNotReady(
  { haveAllServed, isStopping }: Readiness,
  policySet: PolicySet | undefined,
  serving: number,
): string | undefined {
  if (isStopping) return 'shutting down';
  if (policySet === undefined) return 'policies are not loaded';
  return haveAllServed && serving > 0 ? undefined : 'workers do not have the policies yet';
}
