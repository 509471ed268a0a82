import type { Logger } from '@omnia-policy/service';
import type { KubeClient } from '../kube-client.js';
import type { ObjectRef } from '../kube-object.js';
import { createLinkedAbort } from '../linked-abort.js';
import { acquireLease } from './acquire-lease.js';
import type { Candidate } from './candidate.js';
import { keepLease, type KeptLease } from './keep-lease.js';
import { LEASE_TIMING, type LeaseTiming } from './lease-timing.js';

export interface LeadershipOptions {
  readonly lease: ObjectRef;
  /** Of this process alone: no two that run at the same time may have the same. */
  readonly identity: string;
  /** What only the leader does. It must end soon after its signal does. */
  readonly work: (leadership: Leadership) => Promise<void>;
  readonly timing?: Partial<LeaseTiming>;
  readonly logger: Logger;
  /** Ends the work, then gives the lease away. */
  readonly signal: AbortSignal;
}

export interface Leadership {
  /** Ends when the lease is lost, some seconds before another one can take it, or when the process stops. */
  readonly signal: AbortSignal;
  /** Right also when the process was stopped and no timer could run. Ask before what must not be done by two. */
  readonly isHeld: () => boolean;
}

/**
 * Does the work whenever, and only while, this process holds the lease. Resolves when the signal ended or the work did;
 * rejects with what the work threw.
 */
export async function runWhileLeader(client: KubeClient, options: LeadershipOptions): Promise<void> {
  const { lease, identity, logger, signal, work } = options;
  const timing = { ...LEASE_TIMING, ...options.timing };
  const candidate: Candidate = { client, lease, identity, timing, logger, signal };
  for (;;) {
    const held = await acquireLease(candidate);
    if (held === undefined) return;
    logger.info({ lease: lease.name, identity }, 'leading');
    const kept = keepLease(candidate, held);
    const isLost = await lead(kept, { work, signal });
    if (!isLost) return;
    logger.warn({ lease: lease.name, identity }, 'leadership lost');
  }
}

/** @returns whether it ended since the lease was lost */
async function lead(
  kept: KeptLease,
  { work, signal }: Pick<LeadershipOptions, 'work' | 'signal'>,
): Promise<boolean> {
  const link = createLinkedAbort(signal);
  const ended = new AbortController();
  const working = work({ signal: link.signal, isHeld: kept.isHeld }).finally(() => {
    ended.abort();
  });
  // It is awaited below; a rejection before that must not count as unhandled.
  working.catch(() => undefined);
  try {
    const isHeld = await kept.keepUntil(ended.signal);
    if (!isHeld) link.abort(new Error('leadership lost'));
    await working;
    return !isHeld && !signal.aborted;
  } finally {
    link.unlink();
    await kept.release();
  }
}
