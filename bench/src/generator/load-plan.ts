/** One request that is sent as it stands, and the answer that is right for it. */
export interface PlannedRequest {
  /** Whole HTTP/1.1 message; its body is text. */
  readonly text: string;
  readonly expectedStatus: number;
  /** Must be in the answer's body. */
  readonly expectedText?: string;
}

/** Each connection sends its next request when the last one was answered: finds the throughput. */
export interface ClosedLoop {
  readonly kind: 'closed';
  readonly connections: number;
}

/**
 * Requests are due at even times, whether or not earlier ones were answered. Latency counts from when a request was
 * due, so that a stall shows in every request that it held up.
 */
export interface OpenLoop {
  readonly kind: 'open';
  readonly ratePerSecond: number;
  readonly maxConnections: number;
}

export interface LoadPlan {
  readonly host: string;
  readonly port: number;
  /** Taken in turn. */
  readonly requests: readonly PlannedRequest[];
  readonly pacing: ClosedLoop | OpenLoop;
  readonly durationMs: number;
  /** No more than this many, whatever the time. */
  readonly maxRequests: number;
  readonly answerTimeoutMs: number;
  /** How often what happened is reported. */
  readonly intervalMs: number;
}

const MAX_DURATION_MS = 10 * 60_000;
const MAX_CONNECTIONS = 512;

/**
 * A load generator aimed at somebody else's machine is a weapon: only this machine is loaded, and only for so long.
 *
 * @throws RangeError
 */
export function checkBounds({ host, durationMs, pacing, requests }: LoadPlan): void {
  if (!isLoopback(host))
    throw new RangeError(`${host} is not this machine: only loopback addresses are loaded`);
  const connections = pacing.kind === 'closed' ? pacing.connections : pacing.maxConnections;
  if (connections > MAX_CONNECTIONS) throw new RangeError(`at most ${MAX_CONNECTIONS} connections`);
  if (durationMs > MAX_DURATION_MS) throw new RangeError(`at most ${MAX_DURATION_MS / 60_000} minutes`);
  if (requests.length === 0) throw new RangeError('no requests to send');
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
