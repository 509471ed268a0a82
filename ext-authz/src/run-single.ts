import type { PolicySet } from '@omnia-policy/policy';
import {
  createMetrics,
  formatListenAddress,
  metricsText,
  runShutdown,
  startOpsServer,
  type Logger,
} from '@omnia-policy/service';
import { startAnswering } from './answering.js';
import type { ExtAuthzSettings } from './configuration.js';
import { createPolicyLoading } from './policy-loading.js';
import { shutdownDeadlineMs, type RunningExtAuthz } from './running-ext-authz.js';

/**
 * The service in one process. Resolves when both addresses are open; Checks are answered UNAVAILABLE until the
 * policies were read completely.
 *
 * @throws ServiceError
 */
export async function runSingle(settings: ExtAuthzSettings, logger: Logger): Promise<RunningExtAuthz> {
  const ending = new AbortController();
  const { signal } = ending;
  const metrics = createMetrics();
  const loading = await createPolicyLoading({ source: settings.source, logger, metrics, signal });
  const ops = await startOpsServer(
    {
      notReady: () => reasonNotReady(signal.aborted, loading.policySet()),
      metrics: async () => metricsText([await metrics.snapshot()]),
      policies: loading.report,
    },
    { address: settings.ops, flag: '--ops' },
  );
  const server = await startAnswering({ settings, policySet: loading.policySet, logger, metrics, signal });
  logger.info(
    { listen: formatListenAddress(server.address), ops: formatListenAddress(ops.address) },
    'listening',
  );
  const steps = [
    { name: 'finish calls', run: server.drain },
    { name: 'close policy source', run: loading.close },
    { name: 'close ops server', run: ops.close },
  ];
  return {
    address: server.address,
    opsAddress: ops.address,
    loaded: loading.start(() => {
      server.setServing(!signal.aborted);
      loading.noteInForce();
    }),
    failed: new Promise(() => undefined),
    async stop() {
      ending.abort();
      await runShutdown({ steps, deadlineMs: shutdownDeadlineMs, logger });
    },
  };
}

function reasonNotReady(isStopping: boolean, policySet: PolicySet | undefined): string | undefined {
  if (isStopping) return 'shutting down';
  return policySet === undefined ? 'policies are not loaded' : undefined;
}
