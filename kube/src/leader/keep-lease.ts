import { errorText, ServiceError } from '@omnia-policy/service/program';
import { isRefusal } from '../kube-api-error.js';
import { pause } from '../pause.js';
import { LEASES } from '../resource-kind.js';
import type { Candidate, HeldLease } from './candidate.js';
import { readLease, writeLease } from './lease-record.js';

/** A lease that is held, as long as it can be renewed. */
export interface KeptLease {
  readonly isHeld: () => boolean;
  /** Renews until `done` ends, or the lease is lost. Returns whether it is still held. */
  keepUntil(done: AbortSignal): Promise<boolean>;
  /** Lets the next one take it at once. */
  release(): Promise<void>;
}

export function keepLease(candidate: Candidate, first: HeldLease): KeptLease {
  const { renewDeadlineMs, retryMs } = candidate.timing;
  let held: HeldLease | undefined = first;
  const leftMs = (): number => (held?.renewedMs ?? -Infinity) + renewDeadlineMs - performance.now();
  const renewOnce = async (last: HeldLease): Promise<void> => {
    try {
      held = await renew(candidate, last, leftMs());
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      candidate.logger.warn({ lease: candidate.lease.name, reason: errorText(error) }, 'lease not renewed');
    }
  };
  return {
    isHeld: () => leftMs() > 0,
    async keepUntil(done) {
      const isDone = (): boolean => done.aborted;
      while (held !== undefined && leftMs() > 0) {
        await pause(Math.min(retryMs, leftMs()), done);
        if (isDone()) return leftMs() > 0;
        if (leftMs() > 0) await renewOnce(held);
      }
      return false;
    },
    async release() {
      if (held === undefined || leftMs() <= 0) return;
      await release(candidate, held, leftMs());
      held = undefined;
    },
  };
}

/** @returns undefined when another one holds it */
async function renew(
  candidate: Candidate,
  { lease, renewedMs }: HeldLease,
  timeoutMs: number,
): Promise<HeldLease | undefined> {
  const { client, lease: ref, identity, timing } = candidate;
  const nowMs = performance.now();
  const record = { ...readLease(lease, timing.leaseMs), holder: identity, durationMs: timing.leaseMs };
  // So that one lost answer does not use up all the time that there is.
  const call = { timeoutMs: Math.max(1, Math.min(timeoutMs, timing.retryMs)) };
  try {
    return { lease: await client.replace(LEASES, writeLease(ref, lease, record), call), renewedMs: nowMs };
  } catch (error) {
    if (!isRefusal(error, CONFLICT)) throw error;
    // Somebody wrote it: perhaps we did, in a call whose answer was lost.
    const stored = await client.get(LEASES, ref, call);
    if (stored === undefined || readLease(stored, timing.leaseMs).holder !== identity) return undefined;
    return { lease: stored, renewedMs };
  }
}

const CONFLICT = 409;

async function release(candidate: Candidate, { lease }: HeldLease, timeoutMs: number): Promise<void> {
  const { client, lease: ref, timing, logger } = candidate;
  const record = { ...readLease(lease, timing.leaseMs), holder: '', durationMs: 1_000 };
  try {
    await client.replace(LEASES, writeLease(ref, lease, record), { timeoutMs });
    logger.info({ lease: ref.name }, 'leadership released');
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    logger.warn({ lease: ref.name, reason: errorText(error) }, 'leadership not released; it ends by itself');
  }
}
