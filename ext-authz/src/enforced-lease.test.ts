import type { KubeObject } from '@omnia-policy/kube';
import { silentLogger } from '@omnia-policy/service';
import t from 'tap';
import { createEnforcedLease, type EnforcedLease, type EnforcedLeaseOptions } from './enforced-lease.js';
import { until } from './testing/started-program.js';

interface FakeApi {
  readonly client: EnforcedLeaseOptions['client'];
  readonly written: KubeObject[];
  readonly deleted: string[];
  /** Answers the write that is under way. */
  readonly settle: (error?: Error) => void;
  readonly isWriting: () => boolean;
}

/** An API server that answers when the test says so. */
function fakeApi(): FakeApi {
  const written: KubeObject[] = [];
  const deleted: string[] = [];
  let waiting: ((error?: Error) => void) | undefined;
  return {
    written,
    deleted,
    isWriting: () => waiting !== undefined,
    settle(error) {
      waiting?.(error);
      waiting = undefined;
    },
    client: {
      apply: (_kind, object) =>
        new Promise((resolve, reject) => {
          written.push(object);
          waiting = (error) => {
            if (error) reject(error);
            else resolve(object);
          };
        }),
      delete: (_kind, { namespace, name }) => {
        deleted.push(`${namespace}/${name}`);
        return Promise.resolve(true);
      },
    },
  };
}

function leaseWith(api: FakeApi, options: Partial<EnforcedLeaseOptions> = {}): EnforcedLease {
  const lease = { namespace: 'omnia-system', name: 'omnia-ext-authz-p-1' };
  const timing = { renewMs: 5, retryMs: 5 };
  return createEnforcedLease({
    ...{ client: api.client, lease, owner: undefined, logger: silentLogger, timing },
    ...options,
  });
}

const report = (resourceVersion: string) => ({ resourceVersion, lagging: {} });
const versions = ({ written }: FakeApi): unknown[] =>
  written.map(({ metadata }) => {
    const text = metadata.annotations?.['omnia.altairalabs.ai/enforced'] ?? '';
    return (JSON.parse(text) as { resourceVersion: string }).resourceVersion;
  });

t.test('the Lease says what is in force, whose it is, and until when that is to be believed', async (t) => {
  const api = fakeApi();
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p-1', uid: 'u' };
  const lease = leaseWith(api, { owner });
  lease.report({ resourceVersion: '7', lagging: { 'n/p': 3 } });
  const [written] = api.written;
  t.match(written, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      namespace: 'omnia-system',
      name: 'omnia-ext-authz-p-1',
      labels: { 'omnia.altairalabs.ai/component': 'ext-authz' },
      annotations: { 'omnia.altairalabs.ai/enforced': '{"resourceVersion":"7","lagging":{"n/p":3}}' },
      ownerReferences: [owner],
    },
    spec: { holderIdentity: 'omnia-ext-authz-p-1', leaseDurationSeconds: 30 },
  });
  const { renewTime } = written?.spec as { renewTime: string };
  t.match(renewTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  api.settle();
  await lease.withdraw();
});

t.test('of reports that come while one is written only the last is written', async (t) => {
  const api = fakeApi();
  const lease = leaseWith(api, { timing: { renewMs: 1e9, retryMs: 1e9 } });
  for (const version of ['1', '2', '3', '4']) lease.report(report(version));
  t.same(versions(api), ['1']);
  api.settle();
  await until(api.isWriting);
  t.same(versions(api), ['1', '4']);
  api.settle();
  await lease.withdraw();
});

t.test('it is renewed, and what fails is tried again', async (t) => {
  const api = fakeApi();
  const lease = leaseWith(api);
  lease.report(report('1'));
  api.settle();
  await until(api.isWriting);
  t.same(versions(api), ['1', '1'], 'renewed');
  api.settle(new Error('the server is away'));
  await until(api.isWriting);
  t.same(versions(api), ['1', '1', '1'], 'tried again');
  api.settle();
  await lease.withdraw();
});

t.test('it is taken away after the write that is under way, and never comes back', async (t) => {
  const api = fakeApi();
  const lease = leaseWith(api);
  lease.report(report('1'));
  const gone = lease.withdraw();
  await new Promise(setImmediate);
  t.same(api.deleted, [], 'a write that ends later would bring it back');
  lease.report(report('2'));
  api.settle();
  await gone;
  t.same(api.deleted, ['omnia-system/omnia-ext-authz-p-1']);
  t.same(versions(api), ['1']);
});

t.test('without a report there is nothing to take away', async (t) => {
  const api = fakeApi();
  await leaseWith(api).withdraw();
  t.same(api.deleted, []);
});

t.test('a server that does not answer holds up no end', async (t) => {
  const api = fakeApi();
  const lease = leaseWith(api, { timing: { withdrawMs: 10 } });
  lease.report(report('1'));
  await lease.withdraw();
  t.same(api.deleted, []);
});
