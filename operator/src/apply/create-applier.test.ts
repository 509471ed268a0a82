import { AUTHORIZATION_POLICIES, type KubeObject, type ObjectRef } from '@omnia-policy/kube';
import { silentLogger } from '@omnia-policy/service';
import t from 'tap';
import { DRY_RUN_ANNOTATION, MANAGED_BY_LABEL, MANAGER, OWNER_ANNOTATION } from '../istio/names.js';
import { projectEmitted } from '../model/project-emitted.js';
import type { DesiredObject } from '../plan/plan.js';
import { asRecord } from '../record.js';
import { createMemoryCache } from '../testing/memory-cache.js';
import { createMemoryClient, refusal } from '../testing/memory-client.js';
import { createApplier } from './create-applier.js';
import { createEmittedObjects } from './emitted-objects.js';

const KIND = AUTHORIZATION_POLICIES;
const OWNER = 'AgentPolicy/production/support';

function desired(name: string, spec: Record<string, unknown> = { action: 'DENY' }): DesiredObject {
  const metadata = {
    name,
    namespace: 'production',
    labels: { [MANAGED_BY_LABEL]: MANAGER },
    annotations: { [OWNER_ANNOTATION]: OWNER, [DRY_RUN_ANNOTATION]: 'false' },
  };
  return { kind: KIND, object: { apiVersion: KIND.apiVersion, kind: KIND.kind, metadata, spec } };
}

function ref(name: string): ObjectRef {
  return { namespace: 'production', name };
}

function start() {
  const client = createMemoryClient();
  const cache = createMemoryCache(KIND, projectEmitted);
  const clock = { ms: 0 };
  const applier = createApplier({
    ...{ client, emitted: createEmittedObjects([cache]), logger: silentLogger },
    nowMs: () => clock.ms,
  });
  /** The watch catches up with what is stored. */
  const seen = (...names: string[]): void => {
    for (const name of names) {
      const object = client.stored(KIND, ref(name));
      if (object) cache.show(object);
      else cache.hide(ref(name));
    }
    client.requests.length = 0;
  };
  return { client, cache, clock, applier, seen };
}

t.test('what is missing is looked for and made; what is as it should be costs no request', async (t) => {
  const { client, applier, seen } = start();
  t.strictSame(await applier.apply(OWNER, [desired('a')]), { kind: 'applied' });
  t.strictSame(client.requests, [
    'get AuthorizationPolicy production/a',
    'apply AuthorizationPolicy production/a',
  ]);
  client.requests.length = 0;
  await applier.apply(OWNER, [desired('a')]);
  t.strictSame(client.requests, [], 'the watch has not shown it yet');
  seen('a');
  await applier.apply(OWNER, [desired('a')]);
  t.strictSame(client.requests, []);
});

t.test('a change is one apply', async (t) => {
  const { client, applier, seen } = start();
  await applier.apply(OWNER, [desired('a'), desired('b')]);
  seen('a', 'b');
  await applier.apply(OWNER, [desired('a', { action: 'AUDIT' }), desired('b')]);
  t.strictSame(client.requests, ['apply AuthorizationPolicy production/a']);
});

t.test('what someone edits by hand is put back, what they add as well', async (t) => {
  const { client, applier, seen } = start();
  const wanted = desired('a', { action: 'DENY', selector: { matchLabels: { app: 'tools' } } });
  await applier.apply(OWNER, [wanted]);
  seen('a');
  const stored = client.stored(KIND, ref('a'));
  if (!stored) throw new Error('not stored');
  const edits: Partial<KubeObject>[] = [
    { spec: { ...asRecord(stored.spec), action: 'ALLOW' } },
    { spec: { ...asRecord(stored.spec), selector: { matchLabels: { app: 'tools', other: 'pod' } } } },
    {
      metadata: {
        ...stored.metadata,
        annotations: { ...stored.metadata.annotations, [DRY_RUN_ANNOTATION]: 'true' },
      },
    },
    { metadata: { ...stored.metadata, labels: { [MANAGED_BY_LABEL]: 'someone' } } },
    { metadata: { ...stored.metadata, labels: { ...stored.metadata.labels, 'istio.io/rev': 'other' } } },
  ];
  for (const edit of edits) {
    client.put(KIND, { ...stored, ...edit });
    seen('a');
    t.strictSame(await applier.apply(OWNER, [wanted]), { kind: 'applied' });
    t.match(client.stored(KIND, ref('a')), {
      spec: { action: 'DENY' },
      metadata: { annotations: { [DRY_RUN_ANNOTATION]: 'false' }, labels: { [MANAGED_BY_LABEL]: MANAGER } },
    });
    t.strictSame(client.stored(KIND, ref('a'))?.metadata.labels, { [MANAGED_BY_LABEL]: MANAGER });
    t.strictSame(asRecord(asRecord(client.stored(KIND, ref('a'))?.spec).selector).matchLabels, {
      app: 'tools',
    });
    seen('a');
  }
});

t.test('what others note on an object stays', async (t) => {
  const { client, applier, seen } = start();
  await applier.apply(OWNER, [desired('a')]);
  const stored = client.stored(KIND, ref('a'));
  if (!stored) throw new Error('not stored');
  const annotations = { ...stored.metadata.annotations, note: 'seen' };
  client.put(KIND, {
    ...stored,
    spec: { action: 'ALLOW', extra: 1 },
    metadata: { ...stored.metadata, annotations },
  });
  seen('a');
  await applier.apply(OWNER, [desired('a')]);
  t.equal(client.stored(KIND, ref('a'))?.metadata.annotations?.note, 'seen');
  t.strictSame(client.stored(KIND, ref('a'))?.spec, { action: 'DENY' });
});

t.test(
  'content that the server completes with defaults of its own is not written again and again',
  async (t) => {
    const { client, applier, seen } = start();
    client.complete = (object) => ({ ...object, spec: { ...asRecord(object.spec), defaulted: true } });
    await applier.apply(OWNER, [desired('a')]);
    seen('a');
    await applier.apply(OWNER, [desired('a')]);
    t.strictSame(client.requests, []);
  },
);

t.test('an object of somebody else is never touched', async (t) => {
  const { client, applier } = start();
  const foreign = {
    ...desired('a').object,
    metadata: { name: 'a', namespace: 'production' },
    spec: { action: 'ALLOW' },
  };
  client.put(KIND, foreign);
  t.strictSame(await applier.apply(OWNER, [desired('a')]), {
    kind: 'name-clash',
    object: 'AuthorizationPolicy production/a',
  });
  t.strictSame(client.stored(KIND, ref('a'))?.spec, { action: 'ALLOW' });
});

t.test('an object that is made by somebody else at the same moment is not taken over', async (t) => {
  const { client, applier } = start();
  let force: boolean | undefined;
  client.apply = (_kind, _object, options) => {
    force = options?.force;
    return Promise.reject(refusal(409, 'Conflict'));
  };
  await t.rejects(applier.apply(OWNER, [desired('a')]), { message: /answered 409/ });
  t.equal(force, false);
});

t.test('an object of another owner of ours is a clash, one that lost its owner is taken back', async (t) => {
  const { client, cache, applier } = start();
  const other = desired('a').object;
  const annotations = { [OWNER_ANNOTATION]: 'AgentPolicy/staging/support' };
  cache.show(client.put(KIND, { ...other, metadata: { ...other.metadata, annotations } }));
  t.match(await applier.apply(OWNER, [desired('a')]), { kind: 'name-clash' });
  cache.show(client.put(KIND, { ...other, metadata: { ...other.metadata, annotations: {} } }));
  t.strictSame(await applier.apply(OWNER, [desired('a')]), { kind: 'applied' });
});

t.test('what is no longer wanted is pruned, but not before what takes its place is there', async (t) => {
  const { client, applier, seen } = start();
  await applier.apply(OWNER, [desired('a'), desired('b')]);
  seen('a', 'b');
  client.refuse = () => {
    throw refusal(422, 'Invalid', 'no such action');
  };
  t.strictSame(await applier.apply(OWNER, [desired('c')]), {
    kind: 'refused',
    object: 'AuthorizationPolicy production/c',
    message: 'no such action',
  });
  t.ok(client.stored(KIND, ref('a')));
  client.refuse = () => undefined;
  await applier.apply(OWNER, [desired('c')]);
  t.equal(client.stored(KIND, ref('a')), undefined);
  t.equal(client.stored(KIND, ref('b')), undefined);
  seen('a', 'b', 'c');
  await applier.apply(OWNER, []);
  t.strictSame(client.requests, ['delete AuthorizationPolicy production/c']);
});

t.test('a pruned object that someone made anew meanwhile is not deleted', async (t) => {
  const { client, applier, seen } = start();
  await applier.apply(OWNER, [desired('a')]);
  seen('a');
  await client.delete(KIND, ref('a'));
  client.put(KIND, { ...desired('a').object, metadata: { ...desired('a').object.metadata, uid: 'another' } });
  await t.rejects(applier.apply(OWNER, []), { message: /answered 409/ });
  t.ok(client.stored(KIND, ref('a')));
});

t.test('without the kind nothing is asked of the server', async (t) => {
  const { client, cache, applier } = start();
  cache.health = { state: 'missing', silentMs: 0, steadyMs: 0 };
  t.strictSame(await applier.apply(OWNER, [desired('a')]), {
    kind: 'istio-missing',
    resource: 'AuthorizationPolicy',
  });
  t.strictSame(client.requests, []);
});

t.test('what may pass by itself is thrown, to be tried again', async (t) => {
  const { client, applier } = start();
  client.refuse = () => {
    throw refusal(503, 'ServiceUnavailable');
  };
  await t.rejects(applier.apply(OWNER, [desired('a')]), { message: /answered 503/ });
});

t.test('an owner that is no owner, as somebody may write it, takes no object away', async (t) => {
  const { client, cache, applier } = start();
  const { object } = desired('a');
  const annotations = { ...object.metadata.annotations, [OWNER_ANNOTATION]: 'me' };
  const edited = { ...object, metadata: { ...object.metadata, annotations }, spec: { action: 'ALLOW' } };
  cache.show(client.put(KIND, edited));
  t.strictSame(await applier.apply(OWNER, [desired('a')]), { kind: 'applied' });
  t.match(client.stored(KIND, ref('a')), desired('a').object);
});

t.test('who keeps changing an object is answered at once, but not without end', async (t) => {
  const { client, clock, applier, seen } = start();
  await applier.apply(OWNER, [desired('a')]);
  const repairs = async (times: number): Promise<number> => {
    let count = 0;
    for (let index = 0; index < times; index += 1) {
      const stored = client.stored(KIND, ref('a'));
      if (!stored) throw new Error('not stored');
      client.put(KIND, { ...stored, spec: { action: 'ALLOW' } });
      seen('a');
      const outcome = await applier.apply(OWNER, [desired('a')]);
      if (outcome.kind === 'applied') count += 1;
      else t.match(outcome, { kind: 'refused', message: /somebody else changes it/ });
    }
    return count;
  };
  t.equal(await repairs(100), 10);
  clock.ms += 20_000;
  t.equal(await repairs(100), 2);
  clock.ms += 24 * 3_600_000;
  t.equal(await repairs(100), 10);
  t.strictSame(await applier.apply(OWNER, [desired('a', { action: 'AUDIT' })]), { kind: 'applied' }, 'news');
});

t.test('what is refused is no repair: the status goes on saying why', async (t) => {
  const { client, applier, seen } = start();
  await applier.apply(OWNER, [desired('a')]);
  seen('a');
  await client.delete(KIND, ref('a'));
  seen('a');
  client.refuse = () => {
    throw refusal(403, 'Forbidden', 'the namespace is being terminated');
  };
  for (let index = 0; index < 30; index += 1) {
    const outcome = await applier.apply(OWNER, [desired('a')]);
    t.match(outcome, { kind: 'refused', message: /being terminated/ });
  }
});

t.test('a database that was restored has versions that never come: the watch is believed', async (t) => {
  const { client, clock, cache, applier } = start();
  await applier.apply(OWNER, [desired('a')]);
  const old = { ...desired('a').object, spec: { action: 'ALLOW' } };
  cache.show(client.put(KIND, { ...old, metadata: { ...old.metadata, uid: 'u' } }));
  cache.resourceVersion = '0';
  clock.ms += 60_000;
  t.strictSame(await applier.apply(OWNER, [desired('a')]), { kind: 'applied' });
  t.match(client.stored(KIND, ref('a'))?.spec, { action: 'DENY' });
});
