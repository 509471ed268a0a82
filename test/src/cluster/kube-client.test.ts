import { createKubeClient, isRefusal, SECRETS, type KubeApiError, type KubeObject } from '@omnia-policy/kube';
import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { startApiServer } from './api-server.js';
import { installWidgets, widget, WIDGETS } from './kube-widgets.js';

const skip = missingTools('etcd', 'kube-apiserver', 'kubectl');
const ref = (name: string): { namespace: string; name: string } => ({ namespace: 'default', name });
const refused = (status: number): { code: string; status: number } => ({
  code: 'kubernetes-refused',
  status,
});

t.test('a client of a real API server', { skip }, async (t) => {
  const server = await startApiServer(t);
  const client = await createKubeClient({ kubeconfig: server.kubeconfig });
  t.teardown(client.close);

  t.test('tells a kind that is not installed from an object that is not there', async (t) => {
    const missing = { code: 'kubernetes-refused', status: 404, isKindMissing: true };
    await t.rejects(
      client.list(WIDGETS, {}, () => undefined),
      missing,
    );
    await t.rejects(client.get(WIDGETS, ref('a')), missing);
    await t.rejects(client.apply(WIDGETS, widget('a')), missing);
    await installWidgets(server);
    t.equal(await client.get(WIDGETS, ref('a')), undefined);
    t.equal(await client.delete(WIDGETS, ref('a')), false);
  });

  t.test('creates, replaces the version that it read, and deletes the object that it means', async (t) => {
    const created = await client.create(WIDGETS, widget('a', { size: 1 }));
    await t.rejects(client.create(WIDGETS, widget('a')), { ...refused(409), reason: 'AlreadyExists' });
    const replaced = await client.replace(WIDGETS, { ...created, spec: { size: 2 } });
    await t.rejects(client.replace(WIDGETS, { ...created, spec: { size: 3 } }), refused(409));
    t.match(await client.get(WIDGETS, ref('a')), { kind: 'Widget', spec: { size: 2 } });
    await t.rejects(client.delete(WIDGETS, ref('a'), 'another-uid'), refused(409));
    t.equal(await client.delete(WIDGETS, ref('a'), replaced.metadata.uid), true);
    t.equal(await client.get(WIDGETS, ref('a')), undefined);
  });

  t.test('applies only its own fields, and takes those of another by force alone', async (t) => {
    const other = await createKubeClient({ kubeconfig: server.kubeconfig, fieldManager: 'somebody' });
    t.teardown(other.close);
    await other.apply(WIDGETS, widget('shared', { theirs: 1, both: 'theirs' }));
    const conflict: unknown = await client
      .apply(WIDGETS, widget('shared', { both: 'ours' }))
      .catch((error: unknown) => error);
    t.ok(isRefusal(conflict, 409));
    t.match((conflict as KubeApiError).message, /apply Widget default\/shared.*somebody/s);
    const forced = await client.apply(WIDGETS, widget('shared', { both: 'ours' }), { force: true });
    t.strictSame(forced.spec, { theirs: 1, both: 'ours' });
    const without = await client.apply(WIDGETS, widget('shared', {}));
    t.strictSame(without.spec, { theirs: 1 }, 'what it no longer applies goes, when nobody else wants it');
  });

  t.test('applies a status beside the spec, to the version that it means', async (t) => {
    const { metadata } = await client.apply(WIDGETS, widget('reported', { size: 1 }));
    const { name, namespace, resourceVersion = '' } = metadata;
    const object = widget('reported', { size: 99 });
    const report = {
      ...object,
      metadata: { name, namespace: namespace ?? '', resourceVersion },
      status: { ok: true },
    };
    await client.apply(WIDGETS, report, { subresource: 'status' });
    t.match(await client.get(WIDGETS, ref('reported')), { spec: { size: 1 }, status: { ok: true } });
    const late = { ...report, status: { ok: false } };
    await t.rejects(client.apply(WIDGETS, late, { subresource: 'status' }), refused(409));
    await client.apply(WIDGETS, { ...object, status: { ok: false } }, { subresource: 'status' });
    t.match(await client.get(WIDGETS, ref('reported')), { spec: { size: 1 }, status: { ok: false } });
  });

  t.test('lists in pages, and counts each of its requests', async (t) => {
    const names = Array.from({ length: 501 }, (_, index) => `many-${index}`);
    await server.createNamespace('many');
    await server.apply(names.map((name) => widget(name, {}, 'many')));
    const before = countOf('list', 'Widget');
    const pages: number[] = [];
    const resourceVersion = await client.list(WIDGETS, { namespace: 'many' }, (items) => {
      pages.push(items.length);
    });
    t.strictSame(pages, [500, 1]);
    t.match(resourceVersion, /^\d+$/);
    t.equal(countOf('list', 'Widget') - before, 2);
  });

  t.test('lists secrets without their content', async (t) => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'default' } };
    await client.create(SECRETS, { ...secret, stringData: { key: 'hidden' } });
    const seen: KubeObject[] = [];
    await client.list(SECRETS, { namespace: 'default', metadataOnly: true }, (items) => {
      seen.push(...items);
    });
    t.match(seen, [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' } }]);
    t.notOk(seen.some((one) => 'data' in one));
  });

  t.test('gives a call up when its time is over, and works again when the server does', async (t) => {
    server.freeze('kube-apiserver');
    await t.rejects(client.get(WIDGETS, ref('a'), { timeoutMs: 300 }), {
      code: 'kubernetes-unreachable',
      message: /get Widget default\/a.*no answer within 300 ms/,
    });
    server.thaw('kube-apiserver');
    t.equal(await client.get(WIDGETS, ref('a')), undefined);
  });

  t.test('keeps to what its ServiceAccount may do, and says what it may not', async (t) => {
    const token = await server.tokenFor({ namespace: 'default', name: 'default' });
    const weak = await createKubeClient({ kubeconfig: server.kubeconfigWith(token) });
    t.teardown(weak.close);
    await t.rejects(
      weak.list(WIDGETS, {}, () => undefined),
      { status: 403, message: /list Widget: .*serviceaccount:default:default.*cannot list/ },
    );
  });

  function countOf(verb: string, kind: string): number {
    return client.requestCounts().find((one) => one.verb === verb && one.kind === kind)?.count ?? 0;
  }
});
