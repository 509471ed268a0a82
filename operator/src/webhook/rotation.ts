import type { StoredCertificates } from './certificate-secret.js';
import { covers, isExpired, validityOf } from './serving-certificate.js';

/**
 * What is to be done about the certificates now. The next authority is trusted a while before its certificate is
 * served, and the previous one until it expires, so that at no moment a replica serves what the API server does not trust.
 */
export type RotationStep = 'keep' | 'replace' | 'prepare-next' | 'promote-next' | 'forget-previous';

export interface RotationState {
  readonly stored: StoredCertificates | undefined;
  /** What the certificate must be valid for. */
  readonly hosts: readonly string[];
  readonly nowMs: number;
  /** The API server is configured to trust the authority of `stored.next`. */
  readonly isNextTrusted: boolean;
}

/** Share of its life after which a certificate is followed by another. */
const FOLLOWED_AFTER = 2 / 3;
/** How long every API server and every replica surely needs to see a change. */
const SETTLE_MS = 10 * 60_000;

export function rotationStep({ stored, hosts, nowMs, isNextTrusted }: RotationState): RotationStep {
  if (stored === undefined) return 'replace';
  const { current, next, previousAuthority } = stored;
  const { fromMs, untilMs } = validityOf(current);
  const lifeMs = untilMs - fromMs;
  const settleMs = Math.min(SETTLE_MS, lifeMs / 10);
  const isNextGood = next !== undefined && covers(next, hosts) && !isExpired(next.certificate, nowMs);
  if (!covers(current, hosts) || untilMs <= nowMs) return isNextGood ? 'promote-next' : 'replace';
  if (isNextGood) {
    const isSettled = isNextTrusted && nowMs - validityOf(next).fromMs >= settleMs;
    return isSettled || untilMs - nowMs < settleMs ? 'promote-next' : 'keep';
  }
  if (nowMs - fromMs >= lifeMs * FOLLOWED_AFTER) return 'prepare-next';
  return previousAuthority !== undefined && isExpired(previousAuthority, nowMs) ? 'forget-previous' : 'keep';
}
