import { AUTHORIZATION_POLICIES } from '@omnia-policy/kube';
import t from 'tap';
import { clusterObject } from '../testing/cluster-objects.js';
import { createMemoryClient } from '../testing/memory-client.js';
import { createLeadingClient } from './leading-client.js';

const KIND = AUTHORIZATION_POLICIES;

t.test('who no longer leads reads, and writes nothing more', async (t) => {
  const memory = createMemoryClient();
  let leads = true;
  const { signal } = new AbortController();
  const client = createLeadingClient(memory, { isHeld: () => leads, signal });
  const [a, b] = [clusterObject(KIND, 'a'), clusterObject(KIND, 'b')];
  const ref = { namespace: 'production', name: 'a' };
  await client.apply(KIND, a);
  leads = false;
  const writes: (() => Promise<unknown>)[] = [
    () => client.apply(KIND, b),
    () => client.create(KIND, b),
    () => client.replace(KIND, a),
    () => client.delete(KIND, ref),
  ];
  for (const write of writes) await t.rejects(write(), { message: /no longer leads/ });
  t.match(await client.get(KIND, ref), { metadata: { name: 'a' } });
  t.strictSame(memory.requests, [
    'apply AuthorizationPolicy production/a',
    'get AuthorizationPolicy production/a',
  ]);
});

t.test('a write that is under way is given up with the lead', async (t) => {
  const memory = createMemoryClient();
  const leadership = new AbortController();
  let given: AbortSignal | undefined;
  memory.apply = (_kind, object, options) => {
    given = options?.signal;
    return Promise.resolve(object);
  };
  const client = createLeadingClient(memory, { isHeld: () => true, signal: leadership.signal });
  await client.apply(KIND, clusterObject(KIND, 'a'), { force: true });
  t.equal(given, leadership.signal);
});
