import { setTimeout as delay } from 'node:timers/promises';
import { errorText, ServiceError } from '@omnia-policy/service';
import type { ListenAddress } from '@omnia-policy/service';
import { grpcHealth } from './grpc-health.js';
import { httpGet, reachable, REQUEST_TIMEOUT_MS } from './http-get.js';

export interface ReadinessOptions {
  readonly listen: ListenAddress;
  readonly envoyAdmin: ListenAddress;
  readonly extAuthz: ListenAddress;
  readonly ops: ListenAddress;
  /** Undefined when Envoy's filters run what the policies need, else what is missing. */
  readonly missingFilters: () => string | undefined;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Undefined when all is well, else what is missing. */
type Check = () => Promise<string | undefined>;

const PAUSE_MS = 50;

/**
 * Waits until a call would be answered: the policy service is ready and answers gRPC as Envoy asks it, Envoy is live,
 * its filters run what the policies need, and a call through the listener is refused for its broken token (so the probe
 * never reaches the tool service).
 *
 * @throws ServiceError `not-ready` with what is missing.
 */
export async function waitUntilReady(options: ReadinessOptions): Promise<void> {
  const deadlineMs = performance.now() + options.deadlineMs;
  for (const check of checks(options)) {
    for (let missing = await tryCheck(check); missing !== undefined; missing = await tryCheck(check)) {
      if (performance.now() > deadlineMs)
        throw new ServiceError('not-ready', `not ready in time: ${missing}`);
      await delay(PAUSE_MS, undefined, { signal: options.signal });
    }
  }
}

function checks({ listen, envoyAdmin, extAuthz, ops, missingFilters }: ReadinessOptions): readonly Check[] {
  return [
    async () => {
      const { status, text } = await httpGet(ops, '/readyz');
      return status === 200 ? undefined : `the policy service says ${text.trim()}`;
    },
    async () => {
      const missing = await grpcHealth(reachable(extAuthz), REQUEST_TIMEOUT_MS);
      return missing && `the policy service can't be asked by Envoy: ${missing}`;
    },
    async () => {
      const { status, text } = await httpGet(envoyAdmin, '/ready');
      return status === 200 ? undefined : `Envoy says ${text.trim()}`;
    },
    () => Promise.resolve(missingFilters()),
    async () => {
      const { status } = await httpGet(listen, '/', { authorization: 'Bearer probe' });
      return status === 401 ? undefined : `a probe through the listener was answered with ${status}`;
    },
  ];
}

async function tryCheck(check: Check): Promise<string | undefined> {
  try {
    return await check();
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return errorText(cause);
  }
}
