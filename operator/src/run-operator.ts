import {
  createKubeClient,
  createKubeMetrics,
  createKubePolicySource,
  type ConnectedKubeClient,
  type KubeMetrics,
} from '@omnia-policy/kube';
import {
  createMetrics,
  formatListenAddress,
  metricsText,
  runShutdown,
  startOpsServer,
  type ListenAddress,
  type Logger,
  type Metrics,
} from '@omnia-policy/service';
import { allCaches, policyCaches, watchCluster, type ClusterCaches } from './caches/watch-cluster.js';
import type { OperatorSettings } from './configuration.js';
import { createClusterView, type ClusterView } from './controllers/cluster-view.js';
import { lead } from './lead.js';
import { createOperatorMetrics, type OperatorMetrics } from './metrics.js';
import type { PlanSettings } from './plan/settings.js';
import { readPlanSettings, splitList } from './read-plan-settings.js';
import { reasonNotReady } from './reason-not-ready.js';
import { startWebhook } from './start-webhook.js';
import type { RunningWebhook } from './webhook/run-webhook.js';

/** The operator, listening. */
export interface RunningOperator {
  readonly opsAddress: ListenAddress;
  readonly webhookAddress: ListenAddress | undefined;
  /** Never resolves while all is well; rejects when the operator can't go on. */
  readonly failed: Promise<void>;
  /** Not ready first; then the work ends and the lease is given away; then everything is closed. Never rejects. */
  readonly stop: () => Promise<void>;
}

/** What the parts of one operator share. */
export interface OperatorParts {
  readonly settings: OperatorSettings;
  readonly planSettings: PlanSettings;
  readonly client: ConnectedKubeClient;
  readonly caches: ClusterCaches;
  readonly view: ClusterView;
  readonly metrics: OperatorMetrics;
  readonly logger: Logger;
  /** Ends when the process is to end. */
  readonly signal: AbortSignal;
}

export const shutdownDeadlineMs = 10_000;

/** @throws ServiceError */
export async function runOperator(settings: OperatorSettings, logger: Logger): Promise<RunningOperator> {
  const ending = new AbortController();
  const metrics = createMetrics();
  const kubeMetrics = createKubeMetrics(metrics);
  const parts = await createParts(settings, { logger, metrics, kubeMetrics, signal: ending.signal });
  const webhook = await startWebhook(parts);
  const ops = await startOps(parts, metrics, webhook);
  const addresses = { ops: formatListenAddress(ops.address), ...addressOf(webhook) };
  logger.info(addresses, 'listening');
  const working = work(parts, webhook);
  const steps = [
    { name: 'stop leading', run: () => working.catch(() => undefined) },
    { name: 'close webhook', run: () => webhook?.close() },
    { name: 'close ops server', run: ops.close },
    {
      name: 'close connections',
      run: () => {
        parts.client.close();
      },
    },
  ];
  return {
    opsAddress: ops.address,
    webhookAddress: webhook?.address,
    failed: working,
    async stop() {
      ending.abort();
      await runShutdown({ steps, deadlineMs: shutdownDeadlineMs, logger });
    },
  };
}

interface Frame {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly kubeMetrics: KubeMetrics;
  readonly signal: AbortSignal;
}

async function createParts(settings: OperatorSettings, frame: Frame): Promise<OperatorParts> {
  const { logger, metrics, kubeMetrics, signal } = frame;
  const planSettings = await readPlanSettings(settings);
  const client = await createKubeClient({ kubeconfig: settings.kubeconfig, metrics: kubeMetrics });
  const caches = watchCluster({
    client,
    systemNamespace: settings.systemNamespace,
    secretNamespaces: splitList(settings.secretNamespaces),
    logger,
    metrics: kubeMetrics,
    signal,
  });
  const view = createClusterView(caches);
  return {
    ...{ settings, planSettings, client, caches, view, logger, signal },
    metrics: createOperatorMetrics(metrics),
  };
}

function startOps(
  parts: OperatorParts,
  metrics: Metrics,
  webhook: RunningWebhook | undefined,
): ReturnType<typeof startOpsServer> {
  return startOpsServer(
    {
      notReady: () => reasonNotReady(parts, webhook),
      metrics: async () => metricsText([await metrics.snapshot()]),
      policies: () => ({
        revision: parts.view.world()?.policySet.revision ?? null,
        entries: parts.view.world()?.policySet.entries ?? [],
      }),
    },
    { address: parts.settings.ops, flag: '--ops' },
  );
}

/** Reads everything, then takes part in the election. Resolves when the process is to end. */
async function work(parts: OperatorParts, webhook: RunningWebhook | undefined): Promise<void> {
  const { client, caches, view, logger, signal } = parts;
  const source = createKubePolicySource({ client, logger, caches: policyCaches(caches) });
  await Promise.all([
    source.start((policySet) => {
      view.setPolicySet(policySet);
    }, signal),
    ...allCaches(caches).map(({ synced }) => synced),
  ]);
  logger.info({ policies: view.world()?.policySet.entries.length }, 'caches filled');
  await lead(parts, webhook);
}

function addressOf(webhook: RunningWebhook | undefined): { readonly webhook?: string } {
  return webhook === undefined ? {} : { webhook: formatListenAddress(webhook.address) };
}
