import { ServiceError, type Logger, type MetricsSnapshot } from '@omnia-policy/service';
import cluster, { type Worker } from 'node:cluster';
import { wholeLines } from './log-lines.js';
import type { PoliciesMessage, ToPrimary, ToWorker } from './messages.js';
import { createWorkerMetrics, type WorkerMetrics } from './worker-metrics.js';

export interface WorkerPool {
  /** Resolves when the first of them listens. */
  readonly listening: Promise<unknown>;
  /** Never resolves; rejects with a ServiceError when workers can't listen or end again and again. */
  readonly failed: Promise<never>;
  /** How many workers have policies in force and listen. */
  readonly serving: () => number;
  /** Hands a set to all workers and to those that will replace them. */
  readonly distribute: (policies: PoliciesMessage) => void;
  /** Workers that do not have the newest set a moment after it was handed out: frozen, or very busy. */
  readonly behind: () => readonly WorkerRevision[];
  /** Resolves when every worker has the newest set in force. */
  readonly whenAllServe: () => Promise<void>;
  /** Of all workers that there are and were. */
  readonly metrics: () => Promise<readonly MetricsSnapshot[]>;
  /** Resolves when all have ended. */
  readonly stop: () => Promise<void>;
  readonly kill: () => void;
}

export interface WorkerRevision {
  readonly worker: number;
  /** Null: it has no policies yet. */
  readonly revision: string | null;
}

interface Member {
  readonly worker: Worker;
  hasStarted: boolean;
  isListening: boolean;
  revision: string | undefined;
}

interface PoolState {
  readonly members: Map<number, Member>;
  readonly waiting: Set<() => void>;
  readonly metrics: WorkerMetrics;
  policies: PoliciesMessage | undefined;
  distributedAtMs: number;
  readonly port: number;
  isStopping: boolean;
  /** Workers in a row that ended before they listened. */
  failures: number;
}

const maxFailures = 5;
const restartDelayMs = 200;
/** Compiling many policies takes some of it. */
const momentMs = 1000;

export interface WorkerPoolOptions {
  readonly count: number;
  /** Where they listen; not 0. */
  readonly port: number;
  readonly logger: Logger;
}

/** Forks the workers and keeps their number; each is the same program with the same arguments. */
export function startWorkerPool({ count, port, logger }: WorkerPoolOptions): WorkerPool {
  cluster.setupPrimary({ silent: true, serialization: 'advanced', execArgv: process.execArgv });
  // One listener for each worker's stream, whatever their number.
  process.stdout.setMaxListeners(0);
  process.stderr.setMaxListeners(0);
  const state = emptyPool(port);
  const { promise: listening, resolve: onListening } = outside<undefined>();
  const { promise: failed, reject: onFailure } = outside<never>();
  const events: PoolEvents = {
    logger,
    onListening: () => {
      onListening(undefined);
    },
    onFailure,
  };
  for (let index = 0; index < count; index += 1) startMember(state, events);
  return {
    listening,
    failed,
    serving: () => [...state.members.values()].filter(isServing).length,
    distribute(policies) {
      state.policies = policies;
      state.distributedAtMs = performance.now();
      for (const { worker, hasStarted } of state.members.values()) if (hasStarted) tell(worker, policies);
    },
    behind: () => membersBehind(state),
    whenAllServe: () => whenTrue(state, () => state.members.size === count && haveNewest(state)),
    metrics: () => state.metrics.collect(state.members.keys()),
    stop: () => stopMembers(state),
    kill() {
      for (const { worker } of state.members.values()) worker.process.kill('SIGKILL');
    },
  };
}

function emptyPool(port: number): PoolState {
  const members = new Map<number, Member>();
  return {
    members,
    waiting: new Set(),
    metrics: createWorkerMetrics((id, request) => {
      const worker = members.get(id)?.worker;
      if (worker !== undefined) tell(worker, { kind: 'report-metrics', id: request });
    }),
    policies: undefined,
    distributedAtMs: 0,
    port,
    isStopping: false,
    failures: 0,
  };
}

function haveNewest({ members, policies }: PoolState): boolean {
  return [...members.values()].every((member) => isServing(member) && member.revision === policies?.revision);
}

function membersBehind({ members, policies, distributedAtMs }: PoolState): readonly WorkerRevision[] {
  if (policies === undefined || performance.now() - distributedAtMs < momentMs) return [];
  return [...members.values()]
    .filter(({ isListening, revision }) => isListening && revision !== policies.revision)
    .map(({ worker, revision = null }) => ({ worker: worker.id, revision }));
}

async function stopMembers(state: PoolState): Promise<void> {
  state.isStopping = true;
  for (const { worker, hasStarted } of state.members.values()) {
    if (hasStarted) tell(worker, { kind: 'stop' });
    else worker.process.kill('SIGKILL');
  }
  await whenTrue(state, () => state.members.size === 0);
}

interface PoolEvents {
  readonly logger: Logger;
  readonly onListening: () => void;
  readonly onFailure: (error: ServiceError) => void;
}

function startMember(state: PoolState, events: PoolEvents): void {
  const worker = cluster.fork();
  const member: Member = { worker, hasStarted: false, isListening: false, revision: undefined };
  state.members.set(worker.id, member);
  worker.process.stdout?.pipe(wholeLines()).pipe(process.stdout, { end: false });
  worker.process.stderr?.pipe(process.stderr, { end: false });
  worker.on('message', (message: ToPrimary) => {
    receive(state, events, { member, message });
    settle(state);
  });
  worker.on('error', (error) => {
    events.logger.warn({ err: error, worker: worker.id }, 'worker channel failed');
  });
  worker.on('exit', (code: number | null, signal: string | null) => {
    state.members.delete(worker.id);
    state.metrics.retire(worker.id);
    if (!state.isStopping) replace(state, events, { member, code, signal });
    settle(state);
  });
}

function receive(
  state: PoolState,
  events: PoolEvents,
  { member, message }: { readonly member: Member; readonly message: ToPrimary },
): void {
  switch (message.kind) {
    case 'started':
      member.hasStarted = true;
      tell(member.worker, { kind: 'start', port: state.port, policies: state.policies });
      return;
    case 'listening':
      member.isListening = true;
      events.logger.debug({ worker: member.worker.id }, 'worker listens');
      state.failures = 0;
      events.onListening();
      return;
    case 'in-force':
      member.revision = message.revision;
      return;
    case 'metrics':
      // What comes after its end was sent before, and is not counted again.
      if (state.members.has(member.worker.id)) state.metrics.receive(member.worker.id, message);
      return;
    case 'failed':
      events.onFailure(new ServiceError(message.code, message.message));
      return;
  }
}

function replace(
  state: PoolState,
  events: PoolEvents,
  ended: { readonly member: Member; readonly code: number | null; readonly signal: string | null },
): void {
  const { member, code, signal } = ended;
  events.logger.error({ worker: member.worker.id, code, signal }, 'worker ended; starting another');
  if (!member.isListening) state.failures += 1;
  if (state.failures >= maxFailures) {
    const words = `${maxFailures} workers in a row ended before they could serve; their own words are in the log.`;
    events.onFailure(new ServiceError('worker-failed', words));
    return;
  }
  setTimeout(
    () => {
      if (!state.isStopping) startMember(state, events);
    },
    state.failures === 0 ? 0 : restartDelayMs,
  );
}

async function whenTrue(state: PoolState, holds: () => boolean): Promise<void> {
  if (holds()) return;
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (!holds()) return;
      state.waiting.delete(look);
      resolve();
    };
    state.waiting.add(look);
  });
}

function settle(state: PoolState): void {
  for (const look of state.waiting) look();
}

function isServing({ isListening, revision }: Member): boolean {
  return isListening && revision !== undefined;
}

function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message);
}

/** A promise that is settled from outside. */
function outside<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: ServiceError) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: ServiceError) => void = () => undefined;
  const promise = new Promise<T>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
}
