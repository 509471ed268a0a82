import { createKubeClient, LEASES, TOOL_POLICIES, type KubeObject } from '@omnia-policy/kube';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import { startApiServer } from './api-server.js';
import { installCrds } from './crds.js';
import { startExtAuthz, type ExtAuthzProcess } from './ext-authz-process.js';

const skip = missingTools('etcd', 'kube-apiserver', 'kubectl');
const crds = fileURLToPath(new URL('../../../manifests/crds', import.meta.url));

function policy(name: string, cel: string, namespace = 'default'): KubeObject {
  const rules = [{ name, deny: { cel, message: 'm' } }];
  return {
    ...{ apiVersion: TOOL_POLICIES.apiVersion, kind: TOOL_POLICIES.kind, metadata: { name, namespace } },
    spec: { selector: { registry: 'customer-tools' }, rules },
  };
}

const principal = 'spiffe://cluster.local/ns/default/sa/support-agent-facade';
const CALL = {
  principal,
  headers: { 'x-omnia-agent-name': '' },
  extensions: { omnia_registries: 'default/customer-tools' },
};

function untilDecides(extAuthz: ExtAuthzProcess, rule: string): Promise<unknown> {
  let last = '';
  return until(async () => (last = await extAuthz.decide(CALL)) === rule, {
    what: `the decision is ${rule}`,
    details: () => last,
  });
}

interface Replica {
  readonly flags?: readonly string[];
  /** Of its Lease. */
  readonly namespace?: string;
}

interface Enforced {
  readonly resourceVersion: string;
  readonly lagging: Readonly<Record<string, number>>;
}

// The tests follow each other on one server; each finds what those before it left.
t.test('ext-authz on a real API server', { skip }, async (t) => {
  const server = await startApiServer(t);
  const { kubeconfig } = server;
  const client = await createKubeClient({ kubeconfig });
  t.teardown(client.close);
  const lease = (pod: string) => client.get(LEASES, { namespace: 'default', name: `omnia-ext-authz-${pod}` });
  const enforced = async (pod: string): Promise<Enforced | undefined> => {
    const text = (await lease(pod))?.metadata.annotations?.['omnia.altairalabs.ai/enforced'];
    return text === undefined ? undefined : (JSON.parse(text) as Enforced);
  };
  const start = (
    t: Test,
    pod: string,
    { flags = [], namespace = 'default' }: Replica = {},
  ): Promise<ExtAuthzProcess> =>
    startExtAuthz({
      ...{
        kubeconfig,
        flags: ['--pod-name', pod, '--pod-uid', 'u-1', '--report-namespace', namespace, ...flags],
      },
      teardown: (end) => {
        t.teardown(end);
      },
    });
  const untilReported = (pod: string, resourceVersion: string | undefined): Promise<Enforced> =>
    until(
      async () => {
        const report = await enforced(pod);
        return (
          report !== undefined && BigInt(report.resourceVersion) >= BigInt(resourceVersion ?? 0) && report
        );
      },
      { what: `${pod} reports version ${resourceVersion ?? '?'}` },
    );
  const first = await start(t, 'first');

  t.test('is not ready before every kind was listed', async (t) => {
    await first.untilListening();
    t.match(await first.get('/readyz'), { status: 503, text: /policies are not loaded/ });
    t.match(await first.decide(CALL), /no policies are loaded yet/);
    t.equal(await enforced('first'), undefined);
    await installCrds(server, crds);
    await client.apply(TOOL_POLICIES, policy('refunds', 'true'));
    await first.untilReady();
    await untilDecides(first, 'refunds');
  });

  t.test('tells in its Lease which version decides', async (t) => {
    const stored = await client.apply(TOOL_POLICIES, policy('refunds', 'body.x == 1'));
    t.strictSame((await untilReported('first', stored.metadata.resourceVersion)).lagging, {});
    const broken = await client.apply(TOOL_POLICIES, policy('refunds', 'body.x =='));
    await client.apply(TOOL_POLICIES, policy('a-new', 'oops('));
    const report = await until(
      async () => {
        const now = await enforced('first');
        return now !== undefined && Object.keys(now.lagging).length === 2 && now;
      },
      { what: 'two policies lag' },
    );
    const generation = (broken.metadata.generation ?? 0) - 1;
    t.strictSame(report.lagging, { 'default/refunds': generation, 'default/a-new': 0 });
    t.match(await lease('first'), {
      metadata: {
        labels: { 'omnia.altairalabs.ai/component': 'ext-authz' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'first', uid: 'u-1' }],
      },
      spec: { holderIdentity: 'omnia-ext-authz-first', leaseDurationSeconds: 30 },
    });
    await client.delete(TOOL_POLICIES, { namespace: 'default', name: 'a-new' });
  });

  t.test('follows the version where only a status was written', async (t) => {
    const mended = await client.apply(TOOL_POLICIES, policy('refunds', 'true'));
    await untilDecides(first, 'refunds');
    const revision = async (): Promise<unknown> =>
      (JSON.parse((await first.get('/policies')).text) as { revision: unknown }).revision;
    const before = await revision();
    const status = {
      ...mended,
      metadata: { name: 'refunds', namespace: 'default' },
      status: { phase: 'Active' },
    };
    const written = await client.apply(TOOL_POLICIES, status, { subresource: 'status' });
    await untilReported('first', written.metadata.resourceVersion);
    t.equal(await revision(), before, 'no new set for it');
  });

  t.test('workers: one process watches and reports, when all have the set', async (t) => {
    const pool = await start(t, 'pool', { flags: ['--workers', '2'] });
    await pool.untilReady();
    await untilDecides(pool, 'refunds');
    const stored = await client.apply(TOOL_POLICIES, policy('zeal', 'true'));
    await untilReported('pool', stored.metadata.resourceVersion);
    const metrics = (await pool.get('/metrics')).text;
    t.match(metrics, /omnia_kube_cache_lists_total\{kind="ToolPolicy"\} 1\n/);
    await pool.stop();
    t.equal(await lease('pool'), undefined, 'what is gone enforces nothing');
  });

  t.test('keeps its policies while the server is away, and takes what changed meanwhile', async (t) => {
    await server.restart(async () => {
      t.equal(await first.decide(CALL), 'refunds');
      t.equal((await first.get('/readyz')).status, 200);
    });
    t.equal(await first.decide(CALL), 'refunds');
    await client.delete(TOOL_POLICIES, { namespace: 'default', name: 'refunds' });
    await untilDecides(first, 'zeal');
    const { resourceVersion } =
      (await client.get(TOOL_POLICIES, { namespace: 'default', name: 'zeal' }))?.metadata ?? {};
    await untilReported('first', resourceVersion);
  });

  t.test('the policies of one namespace are not those of another', async (t) => {
    await server.createNamespace('elsewhere');
    await client.apply(TOOL_POLICIES, policy('foreign', 'true', 'elsewhere'));
    const there = { ...CALL, extensions: { omnia_registries: 'elsewhere/customer-tools' } };
    await until(async () => (await first.decide(there)) === 'foreign', {
      what: 'the other namespace has its own',
    });
    t.equal(await first.decide(CALL), 'zeal');
  });

  t.test('may not even write its Lease: decides all the same', async (t) => {
    const blind = await start(t, 'blind', { namespace: 'no-such-namespace' });
    await blind.untilReady();
    t.equal(await blind.decide(CALL), 'zeal');
  });

  t.test('takes its Lease away when it ends', async (t) => {
    await first.stop();
    t.equal(await lease('first'), undefined);
  });
});
