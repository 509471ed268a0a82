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
  /** The first message. `policies`: if there are any yet. */
  | { readonly kind: 'start'; readonly port: number; readonly policies: PoliciesMessage | undefined }
  | { readonly kind: 'report-metrics'; readonly id: number }
  | { readonly kind: 'stop' };

export type ToPrimary =
  /** Asks for the first word; what is sent to a worker before it listens for messages is lost. */
  | { readonly kind: 'started' }
  | { readonly kind: 'listening' }
  | { readonly kind: 'in-force'; readonly revision: string }
  | { readonly kind: 'metrics'; readonly id: number; readonly snapshot: MetricsSnapshot }
  | { readonly kind: 'failed'; readonly code: ServiceErrorCode; readonly message: string };
