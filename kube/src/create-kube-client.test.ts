import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createKubeClient, type KubeClientOptions } from './create-kube-client.js';
import type { ConnectedKubeClient } from './index.js';
import { PODS, TOOL_POLICIES } from './resource-kind.js';
import { sendJson, sendRefusal, startFakeApi, type FakeAnswer, type FakeApi } from './testing/fake-api.js';

const ref = { namespace: 'n', name: 'a' };
const object = { metadata: { name: 'a', namespace: 'n' }, spec: {} };

async function start(
  t: Test,
  answer: FakeAnswer,
  { user, ...options }: KubeClientOptions & { readonly user?: object } = {},
): Promise<{ readonly api: FakeApi; readonly client: ConnectedKubeClient }> {
  const api = await startFakeApi(t, answer, user);
  const client = await createKubeClient({ ...options, kubeconfig: api.kubeconfig });
  t.teardown(client.close);
  return { api, client };
}

t.test('one connection serves many calls', async (t) => {
  const { api, client } = await start(t, ({ response }) => {
    sendJson(response, object);
  });
  for (let call = 0; call < 3; call++) await client.get(TOOL_POLICIES, ref);
  t.equal(api.requests.length, 3);
  t.equal(api.connections(), 1);
  t.equal(api.requests[0]?.path, '/apis/omnia.altairalabs.ai/v1alpha1/namespaces/n/toolpolicies/a');
});

t.test('a kept connection that the server closes when it is used again is no failure', async (t) => {
  const { api, client } = await start(t, ({ index, response }) => {
    if (index === 1) response.destroy();
    else sendJson(response, object);
  });
  await client.get(TOOL_POLICIES, ref);
  t.match(await client.get(TOOL_POLICIES, ref), { kind: 'ToolPolicy' });
  t.equal(api.connections(), 2);
});

t.test('a new connection that the server closes is one', async (t) => {
  const { client } = await start(t, ({ response }) => {
    response.destroy();
  });
  await t.rejects(client.get(TOOL_POLICIES, ref), {
    code: 'kubernetes-unreachable',
    message: /^get ToolPolicy n\/a: the API server at 127\.0\.0\.1:\d+ can not be reached/,
  });
});

t.test('a busy server is asked again when it says so', async (t) => {
  const { api, client } = await start(t, ({ index, response }) => {
    if (index === 0) {
      response.setHeader('retry-after', '0');
      sendRefusal(response, 429, 'TooManyRequests');
    } else sendJson(response, object);
  });
  t.match(await client.get(TOOL_POLICIES, ref), { metadata: { name: 'a' } });
  t.equal(api.requests.length, 2);
});

t.test('a server that is busy for longer than the call may take refuses it', async (t) => {
  const { client } = await start(t, ({ response }) => {
    response.setHeader('retry-after', '3600');
    sendRefusal(response, 429, 'TooManyRequests');
  });
  await t.rejects(client.get(TOOL_POLICIES, ref, { timeoutMs: 50 }), {
    code: 'kubernetes-refused',
    status: 429,
    retryAfterMs: 3_600_000,
    serverMessage: 'because TooManyRequests',
  });
});

t.test('a token that is no longer taken is read again', async (t) => {
  const tokenFile = join(t.testdir({ token: 'old\n' }), 'token');
  const { api, client } = await start(
    t,
    ({ headers, response }) => {
      if (headers.authorization === 'Bearer new') sendJson(response, object);
      else sendRefusal(response, 401, 'Unauthorized');
    },
    { user: { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } } },
  );
  await t.rejects(client.get(TOOL_POLICIES, ref), { code: 'kubernetes-refused', status: 401 });
  writeFileSync(tokenFile, 'new\n');
  t.match(await client.get(TOOL_POLICIES, ref), { metadata: { name: 'a' } });
  t.match(
    api.requests.map(({ headers }) => headers.authorization),
    ['Bearer old', 'Bearer old', 'Bearer old', 'Bearer new'],
  );
});

t.test('what is no API server is not taken for one', async (t) => {
  const answers = ['<html>Please log in</html>', '[]', 'null', '{"metadata":{}}'];
  const { client } = await start(t, ({ index, response }) => {
    response.end(answers[index]);
  });
  for (const answer of answers) {
    await t.rejects(client.get(TOOL_POLICIES, ref), { code: 'kubernetes-unreachable' }, answer);
  }
});

t.test('of large objects a list takes fewer at once', async (t) => {
  const { api, client } = await start(t, ({ index, response }) => {
    const metadata = { resourceVersion: '7', ...(index === 0 && { continue: 'more' }) };
    sendJson(response, { metadata, items: [object] });
  });
  const seen: unknown[] = [];
  const version = await client.list(TOOL_POLICIES, { pageSize: 1 }, (items) => seen.push(items.length));
  t.equal(version, '7');
  t.strictSame(seen, [1, 1]);
  t.strictSame(
    api.requests.map(({ query }) => [query.get('limit'), query.get('continue')]),
    [
      ['1', null],
      ['1', 'more'],
    ],
  );
  await client.list(TOOL_POLICIES, {}, () => undefined);
  t.equal(api.requests.at(-1)?.query.get('limit'), '500');
});

t.test('a list or an answer that breaks off is a failure', async (t) => {
  const { client } = await start(t, ({ response }) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"metadata":{"resourceVersion":"1"},"items":[');
    setImmediate(() => response.destroy());
  });
  await t.rejects(
    client.list(PODS, {}, () => t.fail('no page was complete')),
    { code: 'kubernetes-unreachable', message: /broke/ },
  );
});

t.test('a call can be given up', async (t) => {
  const giveUp = new AbortController();
  const { client } = await start(t, () => {
    giveUp.abort(new Error('no longer wanted'));
  });
  await t.rejects(client.get(TOOL_POLICIES, ref, { signal: giveUp.signal }), {
    code: 'kubernetes-unreachable',
    message: /no longer wanted/,
  });
});

t.test('requests are counted by verb and kind', async (t) => {
  const { client } = await start(t, ({ response }) => {
    sendJson(response, object);
  });
  const whole = { ...object, apiVersion: TOOL_POLICIES.apiVersion, kind: 'ToolPolicy' };
  await client.get(TOOL_POLICIES, ref);
  await client.get(TOOL_POLICIES, ref);
  await client.apply(TOOL_POLICIES, whole);
  await client.delete(PODS, ref);
  t.strictSame(client.requestCounts(), [
    { verb: 'get', kind: 'ToolPolicy', count: 2 },
    { verb: 'apply', kind: 'ToolPolicy', count: 1 },
    { verb: 'delete', kind: 'Pod', count: 1 },
  ]);
});

t.test('a cluster-scoped or core object has the path that the API gives it', async (t) => {
  const { api, client } = await start(t, ({ response }) => {
    sendJson(response, object);
  });
  const namespaces = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', isNamespaced: false };
  await client.get(namespaces, { namespace: '', name: 'a' });
  await client.get(PODS, ref);
  t.strictSame(
    api.requests.map(({ path }) => path),
    ['/api/v1/namespaces/a', '/api/v1/namespaces/n/pods/a'],
  );
});
