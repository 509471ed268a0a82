import {
  LEASES,
  type KubeClient,
  type KubeObject,
  type ObjectRef,
  type OwnerReference,
} from '@omnia-policy/kube';
import { errorText, type Logger } from '@omnia-policy/service';
import type { EnforcedPolicies } from './enforced-policies.js';

/** Tells the cluster which versions of the policies this replica enforces. */
export interface EnforcedLease {
  /** Writes soon; of several that come together only the last one is written. */
  readonly report: (enforced: EnforcedPolicies) => void;
  /** Takes the Lease away. Never rejects, and does not wait long. */
  readonly withdraw: () => Promise<void>;
}

export interface EnforcedLeaseOptions {
  readonly client: Pick<KubeClient, 'apply' | 'delete'>;
  readonly lease: ObjectRef;
  /** The pod, if it is known; it must be in the namespace of the Lease. */
  readonly owner: OwnerReference | undefined;
  readonly logger: Logger;
  readonly timing?: Partial<LeaseTiming>;
}

interface LeaseTiming {
  readonly renewMs: number;
  readonly retryMs: number;
  /** How long the end may take. */
  readonly withdrawMs: number;
}

const TIMING: LeaseTiming = { renewMs: 10_000, retryMs: 1000, withdrawMs: 2000 };
/** Who looks on takes a replica for dead that has not renewed its Lease for so long. */
const LEASE_SECONDS = 30;
const WRITE_TIMEOUT_MS = 5000;

/**
 * One Lease, written when the report changes and again and again while the process lives. What fails is tried again:
 * whether somebody looks on makes no difference to decisions.
 */
export function createEnforcedLease(options: EnforcedLeaseOptions): EnforcedLease {
  const { renewMs, retryMs, withdrawMs } = { ...TIMING, ...options.timing };
  const state: LeaseState = { reported: undefined, isDirty: false, writing: undefined, hasFailed: false };
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const schedule = (delayMs: number): void => {
    clearTimeout(timer);
    if (isOver) return;
    timer = setTimeout(write, delayMs);
    timer.unref();
  };
  const write = (): void => {
    if (state.writing !== undefined || isOver) return;
    state.isDirty = false;
    state.writing = writeOnce(options, state).then((isWritten) => {
      state.writing = undefined;
      if (state.isDirty) write();
      else schedule(isWritten ? renewMs : retryMs);
    });
  };
  return {
    report(enforced) {
      state.reported = enforced;
      state.isDirty = true;
      write();
    },
    async withdraw() {
      isOver = true;
      clearTimeout(timer);
      if (state.reported === undefined) return;
      await withinMs(withdrawMs, removeLease(options, state));
    },
  };
}

interface LeaseState {
  reported: EnforcedPolicies | undefined;
  /** Something else is to be written than what is being written. */
  isDirty: boolean;
  writing: Promise<void> | undefined;
  /** The last write did; the first of a row is logged. */
  hasFailed: boolean;
}

async function writeOnce(options: EnforcedLeaseOptions, state: LeaseState): Promise<boolean> {
  const { client, lease, logger } = options;
  if (state.reported === undefined) return true;
  const where = `${lease.namespace}/${lease.name}`;
  try {
    await client.apply(LEASES, leaseObject(options, state.reported), {
      force: true,
      timeoutMs: WRITE_TIMEOUT_MS,
    });
    if (state.hasFailed) logger.info({ lease: where }, 'report of enforced policies written again');
    state.hasFailed = false;
    return true;
  } catch (error) {
    if (!state.hasFailed) {
      logger.warn({ lease: where, reason: errorText(error) }, 'report of enforced policies not written');
    }
    state.hasFailed = true;
    return false;
  }
}

function leaseObject({ lease, owner }: EnforcedLeaseOptions, enforced: EnforcedPolicies): KubeObject {
  return {
    apiVersion: LEASES.apiVersion,
    kind: LEASES.kind,
    metadata: {
      ...lease,
      labels: { 'omnia.altairalabs.ai/component': 'ext-authz' },
      annotations: { 'omnia.altairalabs.ai/enforced': JSON.stringify(enforced) },
      ...(owner && { ownerReferences: [owner] }),
    },
    spec: {
      holderIdentity: lease.name,
      leaseDurationSeconds: LEASE_SECONDS,
      // The API has microseconds.
      renewTime: new Date().toISOString().replace('Z', '000Z'),
    },
  };
}

/** A write that is under way would bring it back. */
async function removeLease(
  { client, lease, logger }: EnforcedLeaseOptions,
  state: LeaseState,
): Promise<void> {
  await state.writing;
  try {
    await client.delete(LEASES, lease);
  } catch (error) {
    logger.warn(
      { lease: lease.name, reason: errorText(error) },
      'report of enforced policies not taken away',
    );
  }
}

async function withinMs(timeoutMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work, tooLong]);
  clearTimeout(timer);
}
