import type { Address } from '@omnia-policy/envoy';
import type { PlannedRequest } from '../generator/load-plan.js';
import type { ProcessesByRole } from '../measure/process-watch.js';

/** What is loaded, wherever it came from. */
export interface SystemUnderLoad {
  readonly address: Address;
  /** In one line, for the report. */
  readonly description: string;
  readonly envoyVersion: string;
  /** Sent in turn. */
  readonly requests: readonly PlannedRequest[];
  readonly processes: () => ProcessesByRole;
  /** Absent where nothing may be broken: a system that somebody else started. */
  readonly faults?: {
    /** Kills ext-authz; resolves when it answers again. */
    killExtAuthz(): Promise<void>;
    /** Replaces policies with ones that decide alike, every tenth of a second. Resolves to the count of replacements. */
    replacePolicies(durationMs: number): Promise<number>;
  };
  stop(): Promise<void>;
}
