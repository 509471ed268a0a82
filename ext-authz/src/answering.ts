import { setLogger } from '@grpc/grpc-js';
import type { PolicySet } from '@omnia-policy/policy';
import type { Logger, Metrics } from '@omnia-policy/service';
import { createCheck } from './check.js';
import type { ExtAuthzSettings } from './configuration.js';
import { createCredentials } from './credentials.js';
import { createDecisionMetrics } from './metrics.js';
import { finishCallsMs } from './running-ext-authz.js';
import { startCheckServer, type CheckServer } from './server.js';

export interface AnsweringOptions {
  readonly settings: ExtAuthzSettings;
  readonly policySet: () => PolicySet | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
}

/** Starts what answers Checks in one process, be it the only one or a worker. */
export async function startAnswering(options: AnsweringOptions): Promise<CheckServer> {
  const { settings, policySet, logger, metrics, signal } = options;
  // The library writes to the console, and stdout carries JSON only. What matters comes back as an error as well.
  setLogger({
    error: (...words: unknown[]) => {
      logger.debug({ words: words.join(' ') }, 'grpc');
    },
  });
  return startCheckServer({
    address: settings.listen,
    flag: '--listen',
    credentials: createCredentials(settings, logger, signal),
    maxReceiveBytes: settings.grpcMaxReceiveBytes,
    finishCallsMs,
    check: createCheck({ policySet, settings, logger, metrics: createDecisionMetrics(metrics) }),
  });
}
