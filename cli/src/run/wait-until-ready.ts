import { setTimeout as delay } from 'node:timers/promises';
import { CLAIMS_FILTER, EXT_AUTHZ_FILTER, INJECT_FILTER } from '@omnia-policy/envoy';
import { errorText, formatListenAddress, ServiceError } from '@omnia-policy/service';
import type { ListenAddress } from '@omnia-policy/service';
import { grpcHealth } from './grpc-health.js';

export interface ReadinessOptions {
  readonly listen: ListenAddress;
  readonly envoyAdmin: ListenAddress;
  readonly extAuthz: ListenAddress;
  readonly ops: ListenAddress;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Undefined when all is well, else what is missing. */
type Check = () => Promise<string | undefined>;

const PAUSE_MS = 50;
const REQUEST_TIMEOUT_MS = 2000;

/**
 * Waits until a call would be answered: the policy service is ready and answers gRPC as Envoy asks it, Envoy is live, its filters took their files, and
 * a call through the listener is refused for its broken token (so the probe never reaches the tool service).
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

function checks({ listen, envoyAdmin, extAuthz, ops }: ReadinessOptions): readonly Check[] {
  const filters = [CLAIMS_FILTER, EXT_AUTHZ_FILTER, INJECT_FILTER];
  return [
    async () => {
      const { status, text } = await get(ops, '/readyz');
      return status === 200 ? undefined : `the policy service says ${text.trim()}`;
    },
    async () => {
      const missing = await grpcHealth(reachable(extAuthz), REQUEST_TIMEOUT_MS);
      return missing && `the policy service can't be asked by Envoy: ${missing}`;
    },
    async () => {
      const { status, text } = await get(envoyAdmin, '/ready');
      return status === 200 ? undefined : `Envoy says ${text.trim()}`;
    },
    async () => {
      const { text } = await get(envoyAdmin, '/stats?filter=extension_config_discovery.*config_reload');
      const taken = new Set(
        [...text.matchAll(/http_filter\.(\S+)\.config_reload: [1-9]/g)].map(([, name]) => name),
      );
      const waiting = filters.filter((name) => !taken.has(name));
      return waiting.length === 0 ? undefined : `Envoy has no configuration for ${waiting.join(', ')}`;
    },
    async () => {
      const { status } = await get(listen, '/', { authorization: 'Bearer probe' });
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

async function get(
  address: ListenAddress,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const where = `http://${formatListenAddress(reachable(address))}`;
  const response = await fetch(where + path, { headers, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  return { status: response.status, text: await response.text() };
}

/** Where something that listens on every interface is reached from here. */
function reachable({ host, port }: ListenAddress): ListenAddress {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return host === '::' ? { host: '::1', port } : { host, port };
}
