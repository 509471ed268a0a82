import type { Logger } from '@omnia-policy/service';
import type { KubeClient, ListScope, WatchEvent } from '../kube-client.js';
import type { KubeMetrics } from '../kube-metrics.js';
import { refOf, type KubeObject } from '../kube-object.js';
import type { CacheChange, CacheHealth, ObjectCache } from '../object-cache.js';
import type { ResourceKind } from '../resource-kind.js';
import { followKind, versionOf, type KindFollower } from './follow-kind.js';
import { createObjectStore, type ObjectStore, type StoredObject } from './object-store.js';
import { WATCH_TIMING, type WatchTiming } from './watch-timing.js';

export interface WatchObjectsOptions<T> {
  readonly kind: ResourceKind;
  /** Default: all objects of all namespaces. */
  readonly scope?: ListScope;
  /**
   * What is kept of an object; undefined: nothing, it is not there. Only what this returns is compared, so what it leaves
   * out does not make changes. It must not throw: whoever may write such objects could end the process.
   */
  readonly project: (object: KubeObject) => T | undefined;
  readonly logger: Logger;
  readonly metrics?: KubeMetrics;
  /** Ends the watch; what is in the cache stays. */
  readonly signal: AbortSignal;
  /** The cache counts as synced, and empty, while the server does not know the kind. */
  readonly mayBeMissing?: boolean;
  readonly timing?: Partial<WatchTiming>;
}

/**
 * Starts to follow a kind. Whatever happens to the server or the connection, what was known stays until the server says
 * otherwise, and every attempt is made again.
 */
export function watchObjects<T>(client: KubeClient, options: WatchObjectsOptions<T>): ObjectCache<T> {
  const { kind, scope = {}, logger, metrics, signal, timing } = options;
  const state: CacheState<T> = {
    store: createObjectStore(),
    listeners: new Set(),
    resourceVersion: '',
    health: { state: 'pending' },
    heardMs: -Infinity,
    steadySinceMs: performance.now(),
    resolve: () => undefined,
  };
  const synced = new Promise<void>((resolve) => (state.resolve = resolve));
  void followKind(
    client,
    { kind, scope, logger, metrics, signal, timing: { ...WATCH_TIMING, ...timing } },
    createFollower(state, options),
  );
  return cacheOf(state, kind, synced);
}

interface CacheState<T> {
  readonly store: ObjectStore<T>;
  readonly listeners: Set<(change: CacheChange<T>) => void>;
  resourceVersion: string;
  health: Omit<CacheHealth, 'silentMs' | 'steadyMs'>;
  heardMs: number;
  /** Since then nothing has failed, unless something does now. */
  steadySinceMs: number;
  /** Of `synced`. */
  resolve: () => void;
}

function createFollower<T>(
  state: CacheState<T>,
  { project, mayBeMissing = false }: WatchObjectsOptions<T>,
): KindFollower<StoredObject<T>> {
  return {
    project(object) {
      const value = project(object);
      return value === undefined ? undefined : { ref: refOf(object), value };
    },
    listed(objects, resourceVersion) {
      noteHeard(state, resourceVersion);
      const changes = state.store.replaceAll(objects);
      state.health = { state: 'synced' };
      state.resolve();
      for (const change of changes) tell(state, change);
    },
    event(event) {
      noteHeard(state, versionOf(event));
      const change = changeOf(event, state.store, project);
      if (change) tell(state, change);
    },
    heard() {
      noteHeard(state);
    },
    missing() {
      noteHeard(state);
      state.health = { ...state.health, state: 'missing' };
      if (mayBeMissing) state.resolve();
    },
    failed(failure) {
      const { state: now } = state.health;
      state.steadySinceMs = performance.now();
      state.health = { state: now, ...(failure === undefined ? {} : { failure }) };
    },
  };
}

function noteHeard<T>(state: CacheState<T>, resourceVersion?: string): void {
  state.heardMs = performance.now();
  state.resourceVersion = resourceVersion ?? state.resourceVersion;
}

function changeOf<T>(
  event: WatchEvent,
  store: ObjectStore<T>,
  project: (object: KubeObject) => T | undefined,
): CacheChange<T> | undefined {
  switch (event.type) {
    case 'BOOKMARK':
      return undefined;
    case 'DELETED':
      return store.set(refOf(event.object), undefined);
    case 'ADDED':
    case 'MODIFIED':
      return store.set(refOf(event.object), project(event.object));
  }
}

function tell<T>({ listeners }: CacheState<T>, change: CacheChange<T>): void {
  for (const listener of listeners) listener(change);
}

function cacheOf<T>(state: CacheState<T>, kind: ResourceKind, synced: Promise<void>): ObjectCache<T> {
  const { store, listeners } = state;
  return {
    kind,
    synced,
    get: store.get,
    inNamespace: store.inNamespace,
    all: store.all,
    get size() {
      return store.size;
    },
    get resourceVersion() {
      return state.resourceVersion;
    },
    get health() {
      const nowMs = performance.now();
      const steadyMs = state.health.failure === undefined ? nowMs - state.steadySinceMs : 0;
      return { ...state.health, silentMs: nowMs - state.heardMs, steadyMs };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
