import type { ListenAddress } from '@omnia-policy/service';

/** How long the end may take. */
export const shutdownDeadlineMs = 10_000;
/** How long calls in flight may take at the end: who has not sent a whole Check by then no longer waits for it. */
export const finishCallsMs = 5_000;

/** The service, listening. */
export interface RunningExtAuthz {
  readonly address: ListenAddress;
  readonly opsAddress: ListenAddress;
  /** Resolves when the first complete set of policies is in force; rejects when the folder can't be read. */
  readonly loaded: Promise<void>;
  /** Never resolves; rejects with a ServiceError when the service can't go on. */
  readonly failed: Promise<never>;
  /** Not ready first, then the calls in flight, then everything is closed. Never rejects. */
  readonly stop: () => Promise<void>;
}
