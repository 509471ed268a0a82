import { silentLogger } from '@omnia-policy/service';
import t from 'tap';
import { createKubeClient } from '../create-kube-client.js';
import { PODS, WASM_PLUGINS } from '../resource-kind.js';
import { sendJson, sendRefusal, startFakeApi } from '../testing/fake-api.js';
import { until } from '../testing/until.js';
import { waitForSync } from './wait-for-sync.js';
import { watchObjects } from './watch-objects.js';

t.test('all caches are waited for, save those whose kind may be missing and is', async (t) => {
  let isAllowed = false;
  const api = await startFakeApi(t, ({ path, query, response }) => {
    if (query.has('watch')) response.flushHeaders();
    else if (path.endsWith('/wasmplugins')) sendRefusal(response, 404, 'NotFound');
    else if (isAllowed) sendJson(response, { metadata: { resourceVersion: '1' }, items: [] });
    else sendRefusal(response, 403, 'Forbidden');
  });
  const client = await createKubeClient({ kubeconfig: api.kubeconfig });
  const stopping = new AbortController();
  t.teardown(() => {
    stopping.abort();
    client.close();
  });
  const common = {
    ...{ logger: silentLogger, signal: stopping.signal, project: (): number => 1 },
    timing: { backoff: { firstMs: 1, maxMs: 5 } },
  };
  const pods = watchObjects(client, { ...common, kind: PODS });
  const plugins = watchObjects(client, { ...common, kind: WASM_PLUGINS, mayBeMissing: true });
  await until(() => pods.health.failure !== undefined, 'the pods are refused');
  await waitForSync([plugins], { timeoutMs: 10_000 });
  t.equal(plugins.health.state, 'missing');
  await t.rejects(waitForSync([plugins, pods], { timeoutMs: 50 }), {
    code: 'not-ready',
    message: /within 50 ms of: Pod \(list Pod: the API server answered 403 Forbidden: because Forbidden\)$/,
  });
  isAllowed = true;
  await waitForSync([plugins, pods], { timeoutMs: 10_000 });
  t.equal(pods.health.state, 'synced');
});
