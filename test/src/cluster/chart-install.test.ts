import type { KubeObject } from '@omnia-policy/kube';
import { join } from 'node:path';
import t from 'tap';
import { chartObjects, oneObject } from '../chart/chart-objects.js';
import { runHelm } from '../chart/helm.js';
import { CHART } from '../chart/render-chart.js';
import { VALUE_SETS } from '../chart/value-sets.js';
import { ROOT } from '../stack.js';
import { missingTools } from '../tools/find-tool.js';
import { startApiServer, type ApiServer } from './api-server.js';

const skip = missingTools('etcd', 'kube-apiserver', 'kubectl', 'helm');

/** Kinds of other projects, which a server without them does not take. */
function isKnown({ apiVersion }: KubeObject): boolean {
  return !apiVersion.startsWith('monitoring.coreos.com/');
}

/** What of the chart is in the cluster. */
async function installed(server: ApiServer): Promise<string[]> {
  const kinds = [
    ...['deployments', 'services', 'serviceaccounts', 'secrets', 'configmaps', 'roles', 'rolebindings'],
    ...['clusterroles', 'clusterrolebindings', 'networkpolicies', 'poddisruptionbudgets', 'jobs', 'leases'],
    ...['horizontalpodautoscalers', 'validatingwebhookconfigurations', 'customresourcedefinitions'],
  ].join(',');
  const args = ['get', kinds, '-A', '-l', 'app.kubernetes.io/part-of=omnia-policy', '-o', 'name'];
  const { stdout } = await server.kubectl(args);
  return stdout.split('\n').filter((line) => line !== '');
}

t.test('a real API server and the chart', { skip }, async (t) => {
  const server = await startApiServer(t);
  const must = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await server.kubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const helm = async (command: readonly string[], values: unknown = {}): Promise<string> => {
    const args = [...command, '--namespace', 'omnia-system', '--kubeconfig', server.kubeconfig];
    const { code, stdout, stderr } = await runHelm(args, JSON.stringify(values));
    if (code !== 0) throw new Error(`helm ${command.join(' ')}: ${stderr}`);
    return stdout;
  };
  const upgrade = (values: unknown): Promise<string> =>
    helm(['upgrade', '--install', 'omnia-policy', CHART, '--values', '-'], values);
  await server.createNamespace('omnia-system', { 'pod-security.kubernetes.io/enforce': 'restricted' });
  await server.createNamespace('production');

  for (const [name, values] of Object.entries(VALUE_SETS)) {
    t.test(`the server takes every object as it is written: ${name}`, async (t) => {
      const objects = (await chartObjects({ values })).filter(isKnown);
      const yaml = objects.map((object) => JSON.stringify(object)).join('\n');
      const args = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'];
      const { code, stdout, stderr } = await server.kubectl(args, yaml);
      t.equal(code, 0, stderr);
      t.equal(stdout.trim().split('\n').length, objects.length);
      t.equal(stderr, '', 'no warning');
    });
  }

  t.test('helm installs it, and an upgrade leaves alone what the operator wrote', async (t) => {
    await upgrade({ companionCrds: { create: true } });
    await must(
      'wait',
      '--for',
      'condition=Established',
      '--timeout',
      '60s',
      'crd/toolpolicies.omnia.altairalabs.ai',
    );
    await server.apply(
      JSON.stringify({
        ...{ apiVersion: 'omnia.altairalabs.ai/v1alpha1', kind: 'ToolPolicy' },
        metadata: { name: 'kept', namespace: 'production' },
        spec: { selector: { registry: 'r' }, rules: [{ name: 'a', deny: { cel: 'true', message: 'm' } }] },
      }),
    );
    const caBundle = Buffer.from('a certificate').toString('base64');
    await must(
      ...['patch', 'validatingwebhookconfiguration', 'omnia-operator', '--type', 'json', '-p'],
      JSON.stringify([{ op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: caBundle }]),
    );
    await must(
      ...['patch', 'secret', 'omnia-webhook-cert', '-n', 'omnia-system', '-p'],
      JSON.stringify({ stringData: { 'tls.key': 'k' } }),
    );
    await upgrade({
      operator: { replicas: 3 },
      companionCrds: { create: true },
      webhook: { failurePolicy: 'Fail' },
    });
    const webhook = await must('get', 'validatingwebhookconfiguration', 'omnia-operator', '-o', 'json');
    const { webhooks } = JSON.parse(webhook) as {
      webhooks: { failurePolicy: string; clientConfig: { caBundle: string } }[];
    };
    t.match(webhooks, [{ failurePolicy: 'Fail', clientConfig: { caBundle } }]);
    const key = ['-n', 'omnia-system', '-o', 'jsonpath={.data.tls\\.key}'];
    t.equal(await must('get', 'secret', 'omnia-webhook-cert', ...key), Buffer.from('k').toString('base64'));
    const replicas = ['-n', 'omnia-system', '-o', 'jsonpath={.spec.replicas}'];
    t.equal(await must('get', 'deployment', 'omnia-operator', ...replicas), '3');
  });

  t.test('an upgrade brings the CRDs of the new version', async (t) => {
    const columns = [
      'get',
      'crd',
      'toolpolicies.omnia.altairalabs.ai',
      '-o',
      'jsonpath={.spec.names.shortNames}',
    ];
    const before = await must(...columns);
    await must(
      ...['patch', 'crd', 'toolpolicies.omnia.altairalabs.ai', '--type', 'merge', '-p'],
      JSON.stringify({ spec: { names: { shortNames: ['old'] } } }),
    );
    t.not(await must(...columns), before);
    await upgrade({});
    t.equal(await must(...columns), before);
  });

  t.test('its pods keep to the restricted profile, and an account of theirs is there', async (t) => {
    const objects = await chartObjects();
    const job = await chartObjects({ template: 'templates/operator/uninstall-job.yaml' });
    for (const { metadata, spec } of [
      oneObject(objects, 'Deployment', 'omnia-operator'),
      oneObject(objects, 'Deployment', 'omnia-ext-authz'),
      oneObject(job, 'Job', 'omnia-operator-uninstall'),
    ]) {
      const { template } = spec as { template: { metadata: object; spec: object } };
      const pod = { apiVersion: 'v1', kind: 'Pod', ...template };
      const named = {
        ...pod,
        metadata: { ...template.metadata, name: metadata.name, namespace: 'omnia-system' },
      };
      const { code, stderr } = await server.kubectl(
        ['create', '--dry-run=server', '-f', '-'],
        JSON.stringify(named),
      );
      t.equal(code, 0, stderr);
    }
  });

  t.test('helm uninstalls it and leaves the CRDs, with the policies, and nothing else', async (t) => {
    t.ok((await installed(server)).length > 20);
    // Nothing runs the hook's Job here.
    await helm(['uninstall', 'omnia-policy', '--no-hooks']);
    t.same(await installed(server), []);
    t.match(await must('get', 'crd', '-o', 'name'), /toolpolicies.*workspaces/s);
    t.match(await must('get', 'toolpolicies', '-n', 'production', '-o', 'name'), /kept/);
    await upgrade({});
    t.match(await must('get', 'toolpolicies', '-n', 'production', '-o', 'name'), /kept/);
    await helm(['uninstall', 'omnia-policy', '--no-hooks']);
  });

  t.test('the plain manifests install the same, twice without a change', async (t) => {
    const file = join(ROOT, 'manifests/install/omnia-policy.yaml');
    await must('apply', '--server-side', '--force-conflicts', '--validate=strict', '-f', file);
    const names = await installed(server);
    t.ok(names.includes('deployment.apps/omnia-operator'));
    const versions = (): Promise<string> =>
      must('get', '-f', file, '-o', 'jsonpath={range .items[*]}{.metadata.resourceVersion} {end}');
    const before = await versions();
    await must('apply', '--server-side', '-f', file);
    t.equal(await versions(), before);
    await must('delete', '-f', file, '--wait=false');
    t.same(await installed(server), []);
  });
});
