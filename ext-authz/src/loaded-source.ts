import type { PolicySet, PolicySource, Problem } from '@omnia-policy/policy';

/** A source of policies, and what it tells of itself. */
export interface LoadedSource extends PolicySource {
  /** What /policies shows of it. */
  readonly report: () => object;
  /** Gives a problem of a policy entry its line and column in what the author wrote, where that is known. */
  readonly locate: (origin: string, problem: Problem) => Problem;
  /** The set decides every call from now on. */
  readonly noteInForce: (policySet: PolicySet) => void;
  /** Never rejects. */
  readonly close: () => Promise<void>;
}
