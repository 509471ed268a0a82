import t from 'tap';
import { chartObjects, oneObject } from '../chart/chart-objects.js';
import { runHelm } from '../chart/helm.js';
import { CHART, renderChart, templateChart } from '../chart/render-chart.js';
import { VALUE_SETS } from '../chart/value-sets.js';
import { missingTools } from '../tools/find-tool.js';

const skip = missingTools('helm');

for (const [name, values] of Object.entries(VALUE_SETS)) {
  t.test(`helm lint has nothing against ${name}`, { skip }, async (t) => {
    const args = ['lint', CHART, '--strict', '--kube-version', '1.30.0', '--values', '-'];
    const { code, stdout, stderr } = await runHelm(args, JSON.stringify(values));
    t.equal(code, 0, stdout + stderr);
    t.notMatch(stdout, /WARNING|ERROR/);
  });
}

t.test('what is made changes with the values', { skip }, async (t) => {
  const kinds = async (name: string): Promise<string[]> => {
    const objects = await chartObjects({ values: VALUE_SETS[name] });
    return objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  };
  const whole = await kinds('the defaults');
  for (const part of ['HorizontalPodAutoscaler omnia-ext-authz', 'PodDisruptionBudget omnia-ext-authz']) {
    t.ok(whole.includes(part), part);
    t.notOk((await kinds('one replica of each, no autoscaler')).includes(part), part);
  }
  for (const part of [
    'ServiceMonitor omnia-operator',
    'ServiceMonitor omnia-ext-authz',
    'PrometheusRule omnia-policy',
    'ConfigMap omnia-policy-dashboard',
    'PriorityClass omnia-policy',
    'Role omnia-operator-secrets',
  ]) {
    t.notOk(whole.includes(part), part);
    t.ok((await kinds('everything else that can be made')).includes(part), part);
  }
  const least = await kinds('as little as can be');
  t.notOk(least.some((part) => /^(NetworkPolicy|CustomResourceDefinition) /.test(part)));
});

t.test('pods have the priority that was made for them, or one that is there already', { skip }, async (t) => {
  const priority = async (values: unknown): Promise<unknown> => {
    const { spec } = oneObject(await chartObjects({ values }), 'Deployment', 'omnia-ext-authz');
    return (spec as { template: { spec: { priorityClassName?: string } } }).template.spec.priorityClassName;
  };
  t.equal(await priority({}), undefined);
  t.equal(await priority({ priorityClass: { create: true } }), 'omnia-policy');
  t.equal(await priority({ priorityClass: { name: 'system-cluster-critical' } }), 'system-cluster-critical');
});

t.test(
  'no object is made twice, and none is outside of the namespace that was asked for',
  { skip },
  async (t) => {
    for (const values of Object.values(VALUE_SETS)) {
      const objects = await chartObjects({ values, namespace: 'elsewhere' });
      const names = objects.map(
        ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
      );
      t.equal(new Set(names).size, names.length);
      const strays = objects.filter(({ metadata: { namespace = 'elsewhere', name } }) => {
        return namespace !== 'elsewhere' && name !== 'omnia-operator-secrets';
      });
      t.same(strays, []);
      t.notMatch(
        await renderChart({ values: { ...Object(values), crds: { create: false } }, namespace: 'elsewhere' }),
        'omnia-system',
      );
    }
  },
);

t.test('where autoscaling decides, the Deployment names no number of replicas', { skip }, async (t) => {
  const replicas = async (values: unknown): Promise<unknown> => {
    const { spec } = oneObject(await chartObjects({ values }), 'Deployment', 'omnia-ext-authz');
    return (spec as { replicas?: number }).replicas;
  };
  t.equal(await replicas({}), undefined);
  t.equal(await replicas({ extAuthz: { autoscaling: { create: false }, replicas: 3 } }), 3);
});

const REFUSED: readonly (readonly [what: string, values: unknown, says: RegExp])[] = [
  ['a misspelt value', { operator: { replica: 3 } }, /operator.*replica/s],
  ['a value of no part', { extAuth: {} }, /extAuth/],
  ['no replica', { operator: { replicas: 0 } }, /operator.replicas.*1/s],
  ['a word that is no choice', { extAuthz: { unmatched: 'maybe' } }, /extAuthz.unmatched.*allow.*deny/s],
  ['a text for a number', { webhook: { timeoutSeconds: '5' } }, /webhook.timeoutSeconds/],
  ['a digest that is none', { operator: { image: { digest: 'latest' } } }, /operator.image.digest/],
  ['a filter image without its checksum', { filterImage: { url: 'oci://r/f:1' } }, /filterImage/],
  ['audiences without an issuer', { mesh: { defaultIssuer: { audiences: ['a'] } } }, /mesh.defaultIssuer/],
  ['an audience with a comma', { mesh: { defaultIssuer: { issuer: 'i', audiences: ['a,b'] } } }, /audiences/],
  ['nobody who may ask ext-authz', { networkPolicy: { extAuthzFrom: [] } }, /networkPolicy.extAuthzFrom/],
  [
    'a body that the messages have no room for',
    { extAuthz: { maxRequestBytes: 4194304 } },
    /maxRequestBytes/,
  ],
  [
    'fewer replicas at most than at least',
    { extAuthz: { autoscaling: { minReplicas: 4, maxReplicas: 3 } } },
    /extAuthz.autoscaling.*4.*3/s,
  ],
];

for (const [what, values, says] of REFUSED) {
  t.test(`refuses ${what}`, { skip }, async (t) => {
    const { code, stderr } = await templateChart({ values });
    t.not(code, 0);
    t.match(stderr, says);
  });
}
