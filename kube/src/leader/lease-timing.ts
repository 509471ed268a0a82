/** How long leadership lasts. In this order: retry < renew deadline < lease. */
export interface LeaseTiming {
  /** Nobody takes a lease that was renewed within this time. Whole seconds. */
  readonly leaseMs: number;
  /** A leader that could not renew its lease for so long leads no more. */
  readonly renewDeadlineMs: number;
  /** How often a leader renews, and others look. */
  readonly retryMs: number;
}

/** A leader that vanishes is replaced within 12 s. */
export const LEASE_TIMING: LeaseTiming = { leaseMs: 10_000, renewDeadlineMs: 7_000, retryMs: 2_000 };
