import { silentLogger } from '@omnia-policy/service';
import t, { type Test } from 'tap';
import { createKubeClient } from '../create-kube-client.js';
import type { CacheChange, ObjectCache } from '../object-cache.js';
import { PODS } from '../resource-kind.js';
import {
  sendEvent,
  sendJson,
  sendRefusal,
  startFakeApi,
  type FakeApi,
  type FakeRequest,
} from '../testing/fake-api.js';
import { until } from '../testing/until.js';
import { watchObjects } from './watch-objects.js';
import type { WatchTiming } from './watch-timing.js';

interface Started {
  readonly api: FakeApi;
  readonly cache: ObjectCache<number>;
  readonly told: CacheChange<number>[];
}

const TIMING: Partial<WatchTiming> = { backoff: { firstMs: 1, maxMs: 20 }, missingKindMs: 1 };

/** Lists and watches are answered in turn; the last answer of each stands for all that follow. */
async function start(
  t: Test,
  answers: { lists: ((request: FakeRequest) => void)[]; watches: ((request: FakeRequest) => void)[] },
  timing: Partial<WatchTiming> = {},
): Promise<Started> {
  const api = await startFakeApi(t, (request) => {
    const { lists, watches } = answers;
    const queue = request.query.has('watch') ? watches : lists;
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    answer?.(request);
  });
  const client = await createKubeClient({ kubeconfig: api.kubeconfig });
  const stopping = new AbortController();
  t.teardown(() => {
    stopping.abort();
    client.close();
  });
  const cache = watchObjects(client, {
    ...{ kind: PODS, logger: silentLogger, signal: stopping.signal, timing: { ...TIMING, ...timing } },
    project: ({ spec }) => (spec as { size: number }).size,
  });
  const told: CacheChange<number>[] = [];
  cache.onChange((change) => told.push(change));
  return { api, cache, told };
}

function pod(name: string, size: number, resourceVersion = '1'): object {
  return { metadata: { name, namespace: 'n', resourceVersion }, spec: { size } };
}

function list(resourceVersion: string, items: object[], next?: string) {
  return ({ response }: FakeRequest): void => {
    sendJson(response, { metadata: { resourceVersion, continue: next }, items });
  };
}

const refuse =
  (status: number, reason: string) =>
  ({ response }: FakeRequest): void => {
    sendRefusal(response, status, reason);
  };

const silent = ({ response }: FakeRequest): void => {
  response.writeHead(200);
  response.flushHeaders();
};

const versionsOf = ({ requests }: FakeApi): (string | null)[] =>
  requests.filter(({ query }) => query.has('watch')).map(({ query }) => query.get('resourceVersion'));

t.test('half of a list is none, and a list whose place expired begins anew', async (t) => {
  const { api, cache, told } = await start(t, {
    lists: [
      list('5', [pod('a', 1)], 'next'),
      refuse(500, 'InternalError'),
      list('6', [pod('a', 1), pod('gone', 1)], 'next'),
      (request) => {
        t.strictSame([cache.size, cache.health.state, told.length], [0, 'pending', 0]);
        refuse(410, 'Expired')(request);
      },
      list('7', [pod('a', 1)], 'next'),
      list('7', [pod('b', 2)]),
    ],
    watches: [silent],
  });
  await cache.synced;
  t.strictSame([...cache.all()].sort(), [1, 2]);
  t.equal(cache.resourceVersion, '7');
  t.strictSame(
    api.requests.slice(0, 6).map(({ query }) => query.get('continue')),
    [null, 'next', null, 'next', null, 'next'],
  );
});

t.test('a watch that breaks off goes on behind the last event, and half an event is none', async (t) => {
  const { api, cache, told } = await start(t, {
    lists: [list('5', [pod('a', 1)])],
    watches: [
      ({ response }) => {
        sendEvent(response, 'MODIFIED', pod('a', 2, '8'));
        sendEvent(response, 'BOOKMARK', { metadata: { resourceVersion: '9' } });
        response.write('{"type":"DELETED","object":{"metadata":{"name":"a"', () => response.destroy());
      },
      silent,
    ],
  });
  await until(() => versionsOf(api).length === 2, 'the watch is opened again');
  t.strictSame(versionsOf(api), ['5', '9']);
  t.strictSame([cache.resourceVersion, cache.all()], ['9', [2]]);
  t.equal(told.length, 2);
  t.equal(api.requests.length, 3, 'nothing is listed again');
});

t.test('a place that expired is listed again; only differences are told', async (t) => {
  const { api, cache, told } = await start(t, {
    lists: [list('5', [pod('same', 1), pod('gone', 1)]), list('20', [pod('same', 1), pod('new', 3)])],
    watches: [
      ({ response }) => {
        sendEvent(response, 'ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
      },
      silent,
    ],
  });
  await cache.synced;
  told.length = 0;
  await until(() => versionsOf(api).length === 2, 'it watches again');
  t.strictSame(versionsOf(api), ['5', '20']);
  t.strictSame(told, [
    { ref: { namespace: 'n', name: 'gone' }, before: 1 },
    { ref: { namespace: 'n', name: 'new' }, after: 3 },
  ]);
  t.equal(cache.health.failure, undefined);
});

t.test('a silent watch is cut and goes on where it was, without a list', async (t) => {
  const cut: string[] = [];
  const { api, cache } = await start(
    t,
    {
      lists: [list('5', [pod('a', 1)])],
      watches: [
        (request) => {
          request.response.on('close', () => cut.push(request.query.get('resourceVersion') ?? ''));
          sendEvent(request.response, 'MODIFIED', pod('a', 2, '6'));
        },
        ({ response }) => {
          sendEvent(response, 'MODIFIED', pod('a', 3, '7'));
        },
      ],
    },
    { silenceMs: 100 },
  );
  await until(() => cache.all()[0] === 3, 'what came on the second watch is known');
  t.strictSame(cut, ['5'], 'the server sees that the first one is closed');
  t.strictSame(versionsOf(api).slice(0, 2), ['5', '6']);
  t.equal(api.requests.filter(({ query }) => !query.has('watch')).length, 1);
});

t.test('after several watches without a word all is listed again', async (t) => {
  const { api, cache } = await start(
    t,
    { lists: [list('500', [pod('a', 1)]), list('30', [pod('a', 2)])], watches: [silent] },
    { silenceMs: 20, quietWatches: 2 },
  );
  await until(() => cache.all()[0] === 2, 'the state of a server that was set back is known');
  t.strictSame(versionsOf(api).slice(0, 2), ['500', '500']);
});

t.test('a server that may not be asked is asked again, and what was known stays', async (t) => {
  const { api, cache } = await start(t, {
    lists: [
      list('5', [pod('a', 1)]),
      refuse(403, 'Forbidden'),
      refuse(404, 'NotFound'),
      list('9', [pod('a', 1)]),
    ],
    watches: [refuse(500, 'InternalError'), silent],
  });
  await until(() => versionsOf(api).includes('9'), 'it watches again');
  t.strictSame([cache.size, cache.health.state, cache.health.failure], [1, 'synced', undefined]);
});

t.test('a watch that is too much for the server goes on where it was', async (t) => {
  const { api } = await start(t, {
    lists: [list('5', [])],
    watches: [
      (request) => {
        request.response.setHeader('retry-after', '0');
        refuse(429, 'TooManyRequests')(request);
      },
      silent,
    ],
  });
  await until(() => versionsOf(api).length === 2, 'it watches again');
  t.strictSame(versionsOf(api), ['5', '5']);
});

t.test('how long the server has been silent is known', async (t) => {
  const { cache } = await start(t, { lists: [list('5', [])], watches: [silent] });
  t.equal(cache.health.silentMs, Infinity);
  await cache.synced;
  t.ok(cache.health.silentMs < 10_000);
});
