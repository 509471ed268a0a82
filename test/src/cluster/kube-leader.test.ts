import {
  createKubeClient,
  LEASES,
  runWhileLeader,
  type Leadership,
  type LeaseTiming,
} from '@omnia-policy/kube';
import { silentLogger } from '@omnia-policy/service';
import t, { type Test } from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import { startApiServer, type ApiServer } from './api-server.js';
import { gatedKubeconfig } from './gated-kubeconfig.js';
import { startTcpGate } from './tcp-gate.js';

const skip = missingTools('etcd', 'kube-apiserver', 'kubectl');
const timing: LeaseTiming = { leaseMs: 3_000, renewDeadlineMs: 2_000, retryMs: 300 };

t.test('leaders of a real API server', { skip }, async (t) => {
  const server = await startApiServer(t);

  t.test('one leads; when it stops, the lease is free at once and the other leads', async (t) => {
    const [first, second] = [await candidate(t, server, 'first'), await candidate(t, server, 'second')];
    const leader = await until(() => [first, second].find((one) => one.isLeading()), { what: 'one leads' });
    const other = leader === first ? second : first;
    t.notOk(other.isLeading());
    leader.stop();
    await leader.ended;
    t.equal(leader.isLeading(), false);
    await until(() => other.isLeading(), { what: 'the other leads' });
    const lease = await server.kubectl(['get', 'lease', 'leader', '-o', 'jsonpath={.spec.holderIdentity}']);
    t.equal(lease.stdout, other.identity);
    other.stop();
    await other.ended;
    const free = await server.kubectl(['get', 'lease', 'leader', '-o', 'jsonpath={.spec.holderIdentity}']);
    t.equal(free.stdout, '');
  });

  t.test('one that is cut off stops leading before the other one leads', async (t) => {
    const gate = await startTcpGate(Number(new URL(server.url).port));
    t.teardown(gate.close);
    const cutOff = await candidate(t, { kubeconfig: gatedKubeconfig(t, server, gate) }, 'cut-off');
    await until(() => cutOff.isLeading(), { what: 'it leads' });
    const other = await candidate(t, server, 'other');
    const both: boolean[] = [];
    other.onLead(() => both.push(cutOff.isLeading()));
    gate.silence();
    await until(() => other.isLeading(), { what: 'the other leads' });
    t.strictSame(both, [false]);
    t.equal(cutOff.isHeld(), false);
    gate.open();
    await until(() => cutOff.canReach(), { what: 'the first one is back' });
    t.notOk(cutOff.isLeading(), 'the lease is not its own any more');
  });

  t.test('two that want it at the same time do not both get it', async (t) => {
    await server.kubectl(['delete', 'lease', 'leader']);
    const all = await Promise.all(['a', 'b', 'c', 'd'].map((name) => candidate(t, server, name)));
    await until(() => all.some((one) => one.isLeading()), { what: 'one leads' });
    await Promise.all(all.map((one) => one.canReach()));
    t.equal(all.filter((one) => one.isLeading()).length, 1);
  });

  t.test('what the work throws gives the lease away and reaches the caller', async (t) => {
    const client = await createKubeClient({ kubeconfig: server.kubeconfig });
    t.teardown(client.close);
    const failing = runWhileLeader(client, {
      ...{ lease: { namespace: 'default', name: 'failing' }, identity: 'one', timing, logger: silentLogger },
      signal: new AbortController().signal,
      work: () => Promise.reject(new Error('a bug')),
    });
    await t.rejects(failing, { message: 'a bug' });
    t.match(await client.get(LEASES, { namespace: 'default', name: 'failing' }), {
      spec: { holderIdentity: '' },
    });
  });
});

/** Leads, when it does, until it is stopped; it is at the end of the test. */
async function candidate(t: Test, { kubeconfig }: Pick<ApiServer, 'kubeconfig'>, identity: string) {
  const client = await createKubeClient({ kubeconfig, timeoutMs: 1_000 });
  const stopping = new AbortController();
  let leadership: Leadership | undefined;
  let onLead = (): void => undefined;
  const ended = runWhileLeader(client, {
    ...{ lease: { namespace: 'default', name: 'leader' }, identity, timing, logger: silentLogger },
    signal: stopping.signal,
    async work(given) {
      leadership = given;
      onLead();
      await new Promise((resolve) => {
        given.signal.addEventListener('abort', resolve);
      });
      leadership = undefined;
    },
  });
  t.teardown(async () => {
    stopping.abort();
    await ended;
    client.close();
  });
  return {
    identity,
    ended,
    isLeading: () => leadership !== undefined,
    isHeld: () => leadership?.isHeld() ?? false,
    onLead: (listener: () => undefined | number) => (onLead = () => void listener()),
    canReach: async () => (await client.get(LEASES, { namespace: 'default', name: 'leader' })) !== undefined,
    stop: () => {
      stopping.abort();
    },
  };
}
