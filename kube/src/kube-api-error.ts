import { ServiceError } from '@omnia-policy/service/program';

/** What the API server said when it refused. */
export interface Refusal {
  /** HTTP status. */
  readonly status: number;
  /** The server's own word, for example `Conflict` or `Expired`; may be empty. */
  readonly reason: string;
  /** The server's own sentence. */
  readonly message: string;
  /** How long the server wants to be left alone. */
  readonly retryAfterMs?: number;
  /** The server has no such kind: its CRD is not installed. */
  readonly isKindMissing?: boolean;
}

/** The API server answered, and refused. */
export class KubeApiError extends ServiceError {
  readonly status: number;
  readonly reason: string;
  readonly serverMessage: string;
  readonly retryAfterMs: number | undefined;
  /** The server has no such kind: its CRD is not installed. */
  readonly isKindMissing: boolean;

  /** @param what was asked, for example `apply EnvoyFilter demo/omnia-agents` */
  constructor(what: string, { status, reason, message, retryAfterMs, isKindMissing }: Refusal) {
    super('kubernetes-refused', `${what}: the API server answered ${status} ${reason}: ${message}`);
    this.name = 'KubeApiError';
    this.status = status;
    this.reason = reason;
    this.serverMessage = message;
    this.retryAfterMs = retryAfterMs;
    this.isKindMissing = isKindMissing ?? false;
  }
}

/** Whether the server refused with this HTTP status. */
export function isRefusal(error: unknown, status: number): error is KubeApiError {
  return error instanceof KubeApiError && error.status === status;
}

/** Whether the server does not know the kind that was asked for. */
export function isKindMissing(error: unknown): boolean {
  return error instanceof KubeApiError && error.isKindMissing;
}
