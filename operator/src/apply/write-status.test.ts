import { TOOL_POLICIES } from '@omnia-policy/kube';
import { createLogger } from '@omnia-policy/service';
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
  const lines: string[] = [];
  const logger = createLogger('info', {}, { write: (line) => void lines.push(line) });
  return { client, lines, write: createStatusWriter({ client, logger, nowMs: () => 0 }) };
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
  const { client, lines, write } = start();
  await client.delete(TOOL_POLICIES, ref);
  await write(desired(1), { status: undefined });
  t.strictSame(lines, []);
  t.equal(client.stored(TOOL_POLICIES, ref), undefined);
});

t.test('of fields that the definition does not know, nothing is written', async (t) => {
  const { client, lines, write } = start();
  client.refuse = (_verb, _kind, { status }) => {
    if (!('ruleCount' in (status as object))) return;
    throw refusal(500, 'InternalError', 'failed: .status.ruleCount: field not declared in schema');
  };
  const stored = { status: undefined };
  await write(desired(1), stored);
  t.match(client.stored(TOOL_POLICIES, ref)?.status, { phase: 'Active' });
  t.equal(client.requests.length, 2);
  await write(desired(2), stored);
  t.equal(client.requests.length, 2, 'the rest is the same');
  t.match(
    lines.map((line) => JSON.parse(line) as unknown),
    [{ kind: 'ToolPolicy', fields: ['ruleCount'] }],
  );
});

t.test('a definition without statuses is told of once', async (t) => {
  const { client, lines, write } = start();
  client.refuse = () => {
    throw refusal(404, 'NotFound');
  };
  await write(desired(1), { status: undefined });
  await write(desired(1), { status: undefined });
  t.equal(lines.length, 1);
});
