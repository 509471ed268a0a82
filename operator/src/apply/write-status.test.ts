import { TOOL_POLICIES } from '@omnia-policy/kube';
import t from 'tap';
import type { DesiredStatus } from '../plan/plan.js';
import { createMemoryClient, refusal } from '../testing/memory-client.js';
import { createStatusWriter } from './write-status.js';

const ref = { namespace: 'production', name: 'refunds' };
const WRITE = 'apply ToolPolicy production/refunds';

function desired(ruleCount: number): DesiredStatus {
  return { kind: TOOL_POLICIES, ref, status: { phase: 'Active', ruleCount } };
}

function start() {
  const client = createMemoryClient();
  const { apiVersion, kind } = TOOL_POLICIES;
  client.put(TOOL_POLICIES, { apiVersion, kind, metadata: ref });
  return { client, write: createStatusWriter(client, () => 0) };
}

t.test('a status is written when the stored one says something else', async (t) => {
  const { client, write } = start();
  await write(desired(1), { status: { phase: 'Active', ruleCount: 1 } });
  t.strictSame(client.requests, []);
  await write(desired(2), { status: { phase: 'Active', ruleCount: 1 } });
  t.strictSame(client.requests, [WRITE]);
});

t.test('it is not written again while the watch has not yet told of it', async (t) => {
  const { client, write } = start();
  const stored = { status: undefined };
  await write(desired(1), stored);
  await write(desired(1), stored);
  t.strictSame(client.requests, [WRITE]);
  await write(desired(2), stored);
  t.equal(client.requests.length, 2, 'another one is');
});

t.test('what somebody else made of it is mended', async (t) => {
  const { client, write } = start();
  await write(desired(1), { status: undefined });
  await write(desired(1), { status: { phase: 'Error', ruleCount: 1 } });
  t.equal(client.requests.length, 2);
});

t.test('what could not be written is written later', async (t) => {
  const { client, write } = start();
  const stored = { status: undefined };
  client.refuse = () => {
    throw refusal(503, 'ServiceUnavailable');
  };
  await t.rejects(write(desired(1), stored), { message: /ServiceUnavailable/ });
  client.refuse = () => undefined;
  await write(desired(1), stored);
  t.equal(client.requests.length, 2);
});

t.test('an object that is gone needs no status', async (t) => {
  const { client, write } = start();
  await client.delete(TOOL_POLICIES, ref);
  await write(desired(1), { status: undefined });
  t.equal(client.stored(TOOL_POLICIES, ref), undefined);
});
