import { errorText, ServiceError } from '@omnia-policy/service/program';
import type { Logger } from '@omnia-policy/service';
import { createBackoff, type Backoff } from '../backoff.js';
import { isKindMissing, KubeApiError } from '../kube-api-error.js';
import type { KubeClient, ListScope, WatchEvent } from '../kube-client.js';
import type { KubeMetrics } from '../kube-metrics.js';
import type { KubeObject } from '../kube-object.js';
import { pause } from '../pause.js';
import type { ResourceKind } from '../resource-kind.js';
import { watchConnection } from './watch-connection.js';
import type { WatchTiming } from './watch-timing.js';

/** What takes the objects of a kind. */
export interface KindFollower<T> {
  /** Of one object of a list; what it returns is what `listed` gets. */
  project(object: KubeObject): T | undefined;
  /** A complete list. */
  listed(objects: readonly T[], resourceVersion: string): void;
  event(event: WatchEvent): void;
  /** The server answered. */
  heard(): void;
  /** The server does not know the kind. */
  missing(): void;
  failed(reason: string | undefined): void;
}

export interface FollowOptions {
  readonly kind: ResourceKind;
  readonly scope: ListScope;
  readonly timing: WatchTiming;
  readonly logger: Logger;
  readonly metrics: KubeMetrics | undefined;
  readonly signal: AbortSignal;
}

/**
 * Lists all objects of a kind, then follows every change, until the signal ends. A watch goes on where the last one
 * stopped; where the server no longer knows that place, all is listed again.
 */
export async function followKind<T>(
  client: KubeClient,
  options: FollowOptions,
  follower: KindFollower<T>,
): Promise<void> {
  const following: Following<T> = {
    ...{ client, options, follower, backoff: createBackoff(options.timing.backoff) },
    ...{ resourceVersion: undefined, quietWatches: 0, failure: undefined },
  };
  const { signal } = options;
  const isStopped = (): boolean => signal.aborted;
  while (!isStopped()) {
    try {
      following.resourceVersion ??= await takeList(following);
      await followWatch(following, following.resourceVersion);
    } catch (error) {
      if (isStopped()) return;
      // Anything else is a bug, and ends the process.
      if (!(error instanceof ServiceError)) throw error;
      await afterFailure(following, error);
    }
  }
}

interface Following<T> {
  readonly client: KubeClient;
  readonly options: FollowOptions;
  readonly follower: KindFollower<T>;
  readonly backoff: Backoff;
  /** Where to go on; undefined: list again. */
  resourceVersion: string | undefined;
  /** How many in a row brought nothing. */
  quietWatches: number;
  /** That was logged and still holds. */
  failure: string | undefined;
}

async function takeList<T>(following: Following<T>): Promise<string> {
  const { client, follower } = following;
  const { kind, scope, signal, metrics } = following.options;
  const objects: T[] = [];
  const resourceVersion = await client.list(kind, { ...scope, signal }, (items) => {
    for (const item of items) {
      const projected = follower.project(item);
      if (projected !== undefined) objects.push(projected);
    }
  });
  metrics?.listed(kind.kind);
  noteSuccess(following);
  follower.listed(objects, resourceVersion);
  return resourceVersion;
}

async function followWatch<T>(following: Following<T>, resourceVersion: string): Promise<void> {
  const { backoff, options } = following;
  const { kind, signal, metrics, timing } = options;
  const startMs = performance.now();
  const isShort = (): boolean => performance.now() - startMs < timing.backoff.maxMs;
  const { isSilent, hasSpoken } = await openWatch(following, resourceVersion).finally(() => {
    // Else quiet kinds would wait longer and longer between their watches.
    if (!isShort()) backoff.reset();
  });
  if (signal.aborted) return;
  metrics?.watchEnded(kind.kind, isSilent ? 'silent' : 'ended');
  options.logger.debug({ kind: kind.kind, isSilent, hasSpoken }, 'watch ended');
  following.quietWatches = hasSpoken ? 0 : following.quietWatches + 1;
  // The server may know nothing of the place to go on from, as after a restore of its database.
  if (following.quietWatches >= timing.quietWatches) {
    following.resourceVersion = undefined;
    following.quietWatches = 0;
  }
  if (!hasSpoken && isShort()) await pause(backoff.nextMs(), signal);
}

function openWatch<T>(following: Following<T>, resourceVersion: string): ReturnType<typeof watchConnection> {
  const { client, follower, backoff, options } = following;
  const { kind, scope, signal, timing } = options;
  const timeoutSeconds = Math.ceil(timing.watchSeconds * (1 + Math.random()));
  const onOpen = (): void => {
    noteSuccess(following);
    follower.heard();
  };
  return watchConnection(client, {
    kind,
    scope: { ...scope, resourceVersion, timeoutSeconds, signal, onOpen },
    silenceMs: timing.silenceMs,
    onEvent(event) {
      following.resourceVersion = versionOf(event) ?? following.resourceVersion;
      backoff.reset();
      follower.event(event);
    },
  });
}

/** Up to where of the server's history an event leads. */
export function versionOf(event: WatchEvent): string | undefined {
  return event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;
}

async function afterFailure<T>(following: Following<T>, error: ServiceError): Promise<void> {
  const { follower, backoff } = following;
  const { kind, signal, metrics, timing } = following.options;
  if (isKindMissing(error)) {
    following.resourceVersion = undefined;
    noteFailure(following, `the API server does not know ${kind.plural} of ${kind.apiVersion}`);
    follower.missing();
    await pause(timing.missingKindMs * (1 - Math.random() / 4), signal);
    return;
  }
  const isRefused = error instanceof KubeApiError;
  const retryAfterMs = isRefused ? (error.retryAfterMs ?? 0) : 0;
  if (following.resourceVersion !== undefined) {
    metrics?.watchEnded(kind.kind, isRefused && error.status === GONE ? 'expired' : 'failed');
  }
  // A server that is only busy, or away, knows the place to go on from when it is back.
  if (isRefused && error.retryAfterMs === undefined) following.resourceVersion = undefined;
  if (!isRefused || error.status !== GONE) noteFailure(following, errorText(error));
  await pause(Math.max(backoff.nextMs(), retryAfterMs), signal);
}

const GONE = 410;

/** One line for a failure that lasts, not one for each attempt. */
function noteFailure<T>(following: Following<T>, reason: string): void {
  const { kind, logger } = following.options;
  if (following.failure !== reason) logger.warn({ kind: kind.kind, reason }, 'watch failed');
  following.failure = reason;
  following.follower.failed(reason);
}

function noteSuccess<T>(following: Following<T>): void {
  if (following.failure === undefined) return;
  following.options.logger.info({ kind: following.options.kind.kind }, 'watch works again');
  following.failure = undefined;
  following.follower.failed(undefined);
}
