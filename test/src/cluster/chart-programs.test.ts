import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, type Child } from '@omnia-policy/cli';
import type { KubeObject } from '@omnia-policy/kube';
import t from 'tap';
import { chartObjects, oneObject } from '../chart/chart-objects.js';
import { runHelm } from '../chart/helm.js';
import { CHART } from '../chart/render-chart.js';
import { freePorts } from '../free-ports.js';
import { ROOT } from '../stack.js';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import { startApiServer } from './api-server.js';
import { installCrds, istioCrds } from './crds.js';

const skip = missingTools('etcd', 'kube-apiserver', 'kubectl', 'helm', 'istio-crds');
const NAMESPACE = 'omnia-system';
const OPERATOR = join(ROOT, 'operator/bin/omnia-operator.js');
const EXT_AUTHZ = join(ROOT, 'ext-authz/bin/omnia-ext-authz.js');
const MANAGED = ['-l', 'app.kubernetes.io/managed-by=omnia-policy-operator', '-A', '-o', 'name'];

/** The webhook's Service leads nowhere here: there are no pods. */
const VALUES = { companionCrds: { create: true }, webhook: { timeoutSeconds: 1 } };

function argsOf({ spec }: KubeObject): readonly string[] {
  const { template } = spec as { template: { spec: { containers: { args: readonly string[] }[] } } };
  return template.spec.containers[0]?.args ?? [];
}

/** `:9443` as on a pod's own address, here on loopback and free ports. */
async function onLoopback(args: readonly string[]): Promise<string[]> {
  const ports = await freePorts(args.length);
  return args.map((arg, index) => arg.replace(/=:\d+$/, `=127.0.0.1:${ports[index] ?? 0}`));
}

const GUARDED = [
  {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'customer-tools', namespace: 'production' } },
    spec: { selector: { app: 'customer-tools' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  },
  {
    ...{ apiVersion: 'omnia.altairalabs.ai/v1alpha1', kind: 'ToolRegistry' },
    metadata: { name: 'customer-tools', namespace: 'production' },
    spec: {
      handlers: [{ name: 'refunds', type: 'http', service: { name: 'customer-tools', port: 80 } }],
    },
  },
  {
    ...{ apiVersion: 'omnia.altairalabs.ai/v1alpha1', kind: 'ToolPolicy' },
    metadata: { name: 'refunds', namespace: 'production' },
    spec: {
      selector: { registry: 'customer-tools' },
      rules: [{ name: 'none', deny: { cel: 'true', message: 'no refunds' } }],
    },
  },
];

t.test('the programs live on the flags and rights that the chart gives them', { skip }, async (t) => {
  const server = await startApiServer(t);
  await installCrds(server, istioCrds());
  await server.createNamespace(NAMESPACE);
  await server.createNamespace('production', { 'istio-injection': 'enabled' });
  const helm = async (...args: readonly string[]): Promise<void> => {
    const all = [...args, '--namespace', NAMESPACE, '--kubeconfig', server.kubeconfig];
    const { code, stderr } = await runHelm(all, JSON.stringify(VALUES));
    if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr}`);
  };
  const get = async (...args: readonly string[]): Promise<string> =>
    (await server.kubectl(['get', ...args])).stdout;
  await helm('upgrade', '--install', 'omnia-policy', CHART, '--values', '-');
  const objects = await chartObjects({ values: VALUES });
  const log: string[] = [];
  const children: Child[] = [];
  t.teardown(() => Promise.all(children.map((child) => child.stop(15_000))));

  const start = async (account: string, program: string, args: readonly string[]): Promise<Child> => {
    const token = await server.tokenFor({ namespace: NAMESPACE, name: account });
    const env = {
      HOME: mkdtempSync(join(tmpdir(), 'omnia-home-')),
      PATH: process.env.PATH,
      KUBECONFIG: server.kubeconfigWith(token),
      OMNIA_POD_NAME: `${account}-0`,
    };
    const child = startChild({
      // The log is on stdout, and a child's stderr is read.
      ...{ command: '/bin/sh', args: ['-c', 'exec "$0" "$@" 1>&2', process.execPath, program, ...args], env },
      ...{ stdout: 'ignore', onLine: (line) => log.push(`${account}: ${line}`) },
    });
    children.push(child);
    return child;
  };
  const details = (): string => log.slice(-30).join('\n');
  const untilReady = async (args: readonly string[]): Promise<void> => {
    const ops = args.find((arg) => arg.startsWith('--ops='))?.slice('--ops='.length) ?? '';
    const isReady = async (): Promise<boolean> => (await fetch(`http://${ops}/readyz`)).ok;
    await until(isReady, { what: 'ready', timeoutMs: 60_000, details });
  };

  t.test('both become ready, and do their work', async (t) => {
    const operatorArgs = await onLoopback(argsOf(oneObject(objects, 'Deployment', 'omnia-operator')));
    const extAuthzArgs = await onLoopback(argsOf(oneObject(objects, 'Deployment', 'omnia-ext-authz')));
    await start('omnia-operator', OPERATOR, operatorArgs);
    await start('omnia-ext-authz', EXT_AUTHZ, extAuthzArgs);
    await untilReady(operatorArgs);
    await untilReady(extAuthzArgs);
    await server.apply(GUARDED.map((object) => JSON.stringify(object)).join('\n'));
    const policy = ['toolpolicy', 'refunds', '-n', 'production', '-o'];
    await until(async () => (await get(...policy, 'jsonpath={.status.phase}')) === 'Active', {
      ...{ what: 'the policy is active', details },
    });
    const enforced = 'jsonpath={.status.conditions[?(@.type=="Enforced")].status}';
    await until(async () => (await get(...policy, enforced)) === 'True', { what: 'it is enforced', details });
    await until(async () => (await get('envoyfilters', ...MANAGED)) !== '', { what: 'a filter', details });
    const webhook = ['validatingwebhookconfiguration', 'omnia-operator', '-o'];
    t.match(await get(...webhook, 'jsonpath={.webhooks[0].clientConfig.caBundle}'), /^LS0t/);
    t.match(await get('secret', 'omnia-webhook-cert', '-n', NAMESPACE, '-o', 'jsonpath={.data}'), /tls\.key/);
  });

  t.test('nothing was asked for that they may not', (t) => {
    t.same(
      log.filter((line) => /forbidden|\b403\b/i.test(line)),
      [],
    );
    t.end();
  });

  t.test('the uninstall job removes what the operator made, though it still runs', async (t) => {
    const [job] = await chartObjects({ values: VALUES, template: 'templates/operator/uninstall-job.yaml' });
    if (job === undefined) throw new Error('no job');
    const child = await start('omnia-operator', OPERATOR, argsOf(job));
    const { code } = await child.ended;
    t.equal(code, 0, details());
    t.equal(await get('authorizationpolicies,requestauthentications,envoyfilters', ...MANAGED), '');
  });

  t.test('what is left after the release is gone are the CRDs', async (t) => {
    await Promise.all(children.map((child) => child.stop(15_000)));
    await helm('uninstall', 'omnia-policy', '--no-hooks');
    const left = await get(
      'leases,secrets,configmaps,services,deployments,roles,rolebindings',
      '-n',
      NAMESPACE,
      '-o',
      'name',
    );
    t.equal(left, '');
    const cluster = await get(
      'clusterroles,clusterrolebindings,validatingwebhookconfigurations',
      '-o',
      'name',
    );
    t.notMatch(cluster, /omnia/);
    t.match(await get('crd', '-o', 'name'), /toolpolicies\.omnia/);
  });
});
