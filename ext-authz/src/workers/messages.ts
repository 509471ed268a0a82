import type { PolicyDocument } from '@omnia-policy/policy';
import type { MetricsSnapshot, ServiceErrorCode } from '@omnia-policy/service';

/** The documents that are enforced; compiling them gives every worker the decisions of the primary. */
export interface PoliciesMessage {
  readonly kind: 'policies';
  readonly revision: string;
  readonly documents: readonly PolicyDocument[];
}

export type ToWorker =
  | PoliciesMessage
  /** First message to a worker that starts before the first complete load. */
  | { readonly kind: 'no-policies' }
  | { readonly kind: 'report-metrics'; readonly id: number }
  | { readonly kind: 'stop' };

export type ToPrimary =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'in-force'; readonly revision: string }
  | { readonly kind: 'metrics'; readonly id: number; readonly snapshot: MetricsSnapshot }
  | { readonly kind: 'failed'; readonly code: ServiceErrorCode; readonly message: string };
