import {
  createKubeClient,
  watchObjects,
  type CacheChange,
  type ConnectedKubeClient,
  type KubeObject,
} from '@omnia-policy/kube';
import { silentLogger } from '@omnia-policy/service';
import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import { startApiServer } from './api-server.js';
import { gatedKubeconfig } from './gated-kubeconfig.js';
import { installWidgets, widget, WIDGETS } from './kube-widgets.js';
import { startTcpGate } from './tcp-gate.js';

const skip = missingTools('etcd', 'kube-apiserver', 'kubectl');
const ref = (name: string): { namespace: string; name: string } => ({ namespace: 'default', name });

// The tests follow each other on one server; each finds what those before it left.
t.test('a cache of a kind of a real API server', { skip }, async (t) => {
  const server = await startApiServer(t);
  const gate = await startTcpGate(Number(new URL(server.url).port));
  t.teardown(gate.close);
  const client = await createKubeClient({ kubeconfig: server.kubeconfig });
  t.teardown(client.close);
  const gated = await createKubeClient({ kubeconfig: gatedKubeconfig(t, server, gate), timeoutMs: 1_000 });
  t.teardown(gated.close);
  const stopping = new AbortController();
  t.teardown(() => {
    stopping.abort();
  });
  const cache = watchObjects(gated, {
    kind: WIDGETS,
    project: ({ spec }) => (spec as { size: number }).size,
    logger: silentLogger,
    signal: stopping.signal,
    timing: { missingKindMs: 100, silenceMs: 2_000, backoff: { firstMs: 20, maxMs: 200 } },
  });
  const told: string[] = [];
  cache.onChange((change) => told.push(textOf(change)));
  /** What was told since it was asked last, when it is so much and the cache gets on with the server. */
  const toldSince = async (count: number): Promise<string[]> => {
    const isTold = (): boolean => told.length >= count && cache.health.failure === undefined;
    await until(isTold, { what: `the cache tells ${count} changes`, details: () => told.join(', ') });
    return told.splice(0);
  };
  const knowsThatAway = (): Promise<unknown> =>
    until(() => cache.health.failure !== undefined, { what: 'the cache knows that the server is away' });

  t.test('is pending while the kind is missing, and comes alive when it is installed', async (t) => {
    await until(() => cache.health.state === 'missing', { what: 'the kind is known to be missing' });
    t.match(cache.health.failure, /does not know widgets/);
    await installWidgets(server);
    await cache.synced;
    t.strictSame([cache.size, cache.health.state, cache.health.failure], [0, 'synced', undefined]);
  });

  t.test('tells what is created, changed and deleted, and not what it leaves out', async (t) => {
    const { metadata } = await client.create(WIDGETS, sized('a', 1));
    await client.apply(WIDGETS, { ...widget('a'), status: { seen: true } }, { subresource: 'status' });
    await client.apply(WIDGETS, sized('a', 2), { force: true });
    await client.delete(WIDGETS, ref('a'));
    t.strictSame(await toldSince(3), ['+a 1', '~a 1 2', '-a 2']);
    t.ok(Number(cache.resourceVersion) > Number(metadata.resourceVersion));
  });

  t.test('goes on after a restart of the server, and learns what happened meanwhile', async (t) => {
    await client.create(WIDGETS, sized('kept', 1));
    await client.create(WIDGETS, sized('deleted', 1));
    t.strictSame(await toldSince(2), ['+kept 1', '+deleted 1']);
    await server.restart(async () => {
      await knowsThatAway();
      t.equal(cache.size, 2, 'it keeps what it knows');
    });
    await client.delete(WIDGETS, ref('deleted'));
    t.strictSame(await toldSince(1), ['-deleted 1']);
  });

  t.test('lists again when the place to go on from expired, and tells only what differs', async (t) => {
    await client.create(WIDGETS, sized('deleted', 2));
    t.strictSame(await toldSince(1), ['+deleted 2']);
    gate.cut();
    await knowsThatAway();
    await client.apply(WIDGETS, sized('kept', 2), { force: true });
    await client.create(WIDGETS, sized('new', 1));
    await client.delete(WIDGETS, ref('deleted'));
    await server.compact();
    await server.restart();
    t.equal(cache.size, 2, 'it keeps what it knows');
    const lists = listsOf(gated);
    gate.open();
    t.strictSame(await toldSince(3), ['-deleted 2', '~kept 1 2', '+new 1']);
    t.ok(listsOf(gated) > lists, 'the server has answered that it is too late to go on');
  });

  t.test('cuts a connection that has gone silent, and learns what it missed', async (t) => {
    gate.silence();
    await client.create(WIDGETS, sized('unheard', 1));
    await knowsThatAway();
    gate.open();
    t.strictSame(await toldSince(1), ['+unheard 1']);
  });
});

function sized(name: string, size: number): KubeObject {
  return widget(name, { size });
}

function textOf({ ref: { name }, before, after }: CacheChange<number>): string {
  const sign = before === undefined ? '+' : after === undefined ? '-' : '~';
  return [sign + name, before, after].filter((part) => part !== undefined).join(' ');
}

function listsOf(client: ConnectedKubeClient): number {
  return client.requestCounts().find(({ verb }) => verb === 'list')?.count ?? 0;
}
