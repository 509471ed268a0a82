import type { PolicySet } from './policy-set.js';

/** Port: where policies come from. File mode and cluster mode differ only here. */
export interface PolicySource {
  /**
   * Loads everything once, then calls back with each complete new set. Resolves after the first complete set was
   * delivered; rejects with a ServiceError when the source can't be read at all.
   */
  start(onChange: (policySet: PolicySet) => void, signal: AbortSignal): Promise<void>;
}
