import { silentLogger } from '@omnia-policy/service';
import t, { type Test } from 'tap';
import { createLeaseStore, type LeaseStore } from '../testing/lease-store.js';
import { until } from '../testing/until.js';
import type { LeaseTiming } from './lease-timing.js';
import { runWhileLeader, type Leadership } from './run-while-leader.js';

interface Started {
  readonly leadership: () => Leadership | undefined;
  readonly terms: () => number;
  readonly stop: () => void;
  readonly ended: Promise<void>;
}

const TIMING: LeaseTiming = { leaseMs: 1_000, renewDeadlineMs: 300, retryMs: 20 };

function start(t: Test, { client }: LeaseStore, timing: Partial<LeaseTiming> = {}): Started {
  const stopping = new AbortController();
  let leadership: Leadership | undefined;
  let terms = 0;
  const ended = runWhileLeader(client, {
    ...{ lease: { namespace: 'n', name: 'l' }, identity: 'me', logger: silentLogger },
    timing: { ...TIMING, ...timing },
    signal: stopping.signal,
    async work(given) {
      terms += 1;
      leadership = given;
      await new Promise((resolve) => {
        given.signal.addEventListener('abort', resolve);
      });
      leadership = undefined;
    },
  });
  const stop = (): void => {
    stopping.abort();
  };
  t.teardown(async () => {
    stop();
    await ended;
  });
  return { leadership: () => leadership, terms: () => terms, stop, ended };
}

const holder = (store: LeaseStore): unknown =>
  (store.stored()?.spec as { holderIdentity: string }).holderIdentity;

t.test('the clock of the holder says nothing: only a lease that is not renewed is taken', async (t) => {
  const store = createLeaseStore();
  const theirs = { holderIdentity: 'other', leaseDurationSeconds: 1, leaseTransitions: 4 };
  store.write({ ...theirs, renewTime: '1970-01-01T00:00:00.000000Z' });
  let renewals = 0;
  const renewal = setInterval(() => {
    renewals += 1;
    store.write({ ...theirs, renewTime: '1970-01-01T00:00:00.000000Z' });
  }, 50);
  const one = start(t, store);
  await until(() => renewals === 30, 'more time than the lease lasts has passed');
  t.equal(one.terms(), 0, 'the other one is alive, whatever its clock shows');
  clearInterval(renewal);
  store.write({ ...theirs, renewTime: '2999-01-01T00:00:00.000000Z' });
  await until(() => one.terms() === 1, 'the lease is taken when nobody renews it');
  t.match(store.stored()?.spec, { holderIdentity: 'me', leaseTransitions: 5, leaseDurationSeconds: 1 });
});

t.test('a lease that can not be renewed is lost, and won again', async (t) => {
  const store = createLeaseStore();
  const one = start(t, store);
  await until(() => one.leadership() !== undefined, 'it leads');
  const first = one.leadership();
  store.fail('refused');
  await until(() => one.leadership() === undefined, 'it stops leading');
  t.equal(first?.isHeld(), false);
  t.equal(holder(store), 'me', 'nobody else could take it yet');
  store.fail(undefined);
  await until(() => one.terms() === 2, 'it leads again');
});

t.test('a renewal whose answer was lost is found again', async (t) => {
  const store = createLeaseStore();
  const one = start(t, store);
  await until(() => one.leadership() !== undefined, 'it leads');
  const version = (): number => Number(store.stored()?.metadata.resourceVersion);
  store.fail('lost');
  const before = version();
  await until(() => version() > before, 'a renewal is written');
  store.fail(undefined);
  await until(() => version() > before + 3, 'it renews on');
  t.equal(one.terms(), 1);
});

t.test('a lease that another one took is lost at once', async (t) => {
  const store = createLeaseStore();
  const one = start(t, store, { renewDeadlineMs: 60_000, leaseMs: 90_000 });
  await until(() => one.leadership() !== undefined, 'it leads');
  store.write({ holderIdentity: 'thief', leaseDurationSeconds: 90 });
  await until(() => one.leadership() === undefined, 'it stops leading');
  t.equal(holder(store), 'thief');
});

t.test('a process that was stopped too long knows it before its timers do', async (t) => {
  const store = createLeaseStore();
  const one = start(t, store);
  await until(() => one.leadership() !== undefined, 'it leads');
  const given = one.leadership();
  const wakeMs = performance.now() + 400;
  while (performance.now() < wakeMs);
  t.equal(given?.isHeld(), false);
  t.equal(given?.signal.aborted, false, 'no timer could run');
});

t.test('a clean stop gives the lease away when the work has ended', async (t) => {
  const store = createLeaseStore();
  const one = start(t, store);
  await until(() => one.leadership() !== undefined, 'it leads');
  one.stop();
  await one.ended;
  t.equal(holder(store), '');
  t.equal(one.leadership(), undefined);
});
