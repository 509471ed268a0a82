import { errorText, ServiceError } from '@omnia-policy/service/program';
import { isRefusal } from '../kube-api-error.js';
import type { KubeObject } from '../kube-object.js';
import { pause } from '../pause.js';
import { LEASES } from '../resource-kind.js';
import { readLease, writeLease, type LeaseRecord } from './lease-record.js';
import type { Candidate, HeldLease } from './candidate.js';

/** Waits until nobody else holds the lease, and takes it. Undefined: the signal ended before. */
export async function acquireLease(candidate: Candidate): Promise<HeldLease | undefined> {
  const { signal, timing, logger, lease } = candidate;
  const isStopped = (): boolean => signal.aborted;
  const observed: Observed = { version: undefined, atMs: 0 };
  let failure: string | undefined;
  while (!isStopped()) {
    try {
      const held = await tryToTake(candidate, observed);
      if (held !== undefined) return held;
      failure = undefined;
    } catch (error) {
      if (isStopped()) break;
      if (!(error instanceof ServiceError)) throw error;
      const reason = errorText(error);
      if (failure !== reason) logger.warn({ lease: lease.name, reason }, 'lease can not be read or taken');
      failure = reason;
    }
    await pause(timing.retryMs * (0.8 + 0.4 * Math.random()), signal);
  }
  return undefined;
}

/** When the lease was last seen to have changed, by our own clock: the holder's says nothing here. */
interface Observed {
  version: string | undefined;
  atMs: number;
}

async function tryToTake(candidate: Candidate, observed: Observed): Promise<HeldLease | undefined> {
  const { client, lease: ref, timing, identity, signal } = candidate;
  const call = { timeoutMs: timing.renewDeadlineMs, signal };
  const stored = await client.get(LEASES, ref, call);
  if (stored && !isFree(candidate, stored, observed)) return undefined;
  const takenMs = performance.now();
  const wanted = writeLease(ref, stored, taken(identity, timing.leaseMs, stored));
  try {
    const lease = stored
      ? await client.replace(LEASES, wanted, call)
      : await client.create(LEASES, wanted, call);
    return { lease, renewedMs: takenMs };
  } catch (error) {
    // Another one was faster.
    if (isRefusal(error, CONFLICT)) return undefined;
    throw error;
  }
}

const CONFLICT = 409;

function isFree({ identity, timing }: Candidate, stored: KubeObject, observed: Observed): boolean {
  const { holder, durationMs } = readLease(stored, timing.leaseMs);
  const nowMs = performance.now();
  if (observed.version !== stored.metadata.resourceVersion) {
    observed.version = stored.metadata.resourceVersion;
    observed.atMs = nowMs;
  }
  return holder === '' || holder === identity || nowMs - observed.atMs > durationMs;
}

function taken(holder: string, durationMs: number, stored: KubeObject | undefined): LeaseRecord {
  const transitions = stored === undefined ? 0 : readLease(stored, durationMs).transitions + 1;
  return { holder, durationMs, transitions, acquireTime: undefined };
}
