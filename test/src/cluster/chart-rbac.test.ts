import t from 'tap';
import { renderChart } from '../chart/render-chart.js';
import { missingTools } from '../tools/find-tool.js';
import { reviewAccess, type Access } from './access-review.js';
import { startApiServer } from './api-server.js';

const skip = missingTools('etcd', 'kube-apiserver', 'kubectl', 'helm');

const EVERY_VERB = 'get,list,watch,create,update,patch,delete,deletecollection';
const WRITING = 'create,update,patch,delete,deletecollection';

/** Resources of one group, in one go. */
function each(verbs: string, group: string, resources: readonly string[]): Access[] {
  return resources.map((resource) => ({
    verbs,
    resource: resource.replace(/^[^/]+/, (plural) => `${plural}${group === '' ? '' : `.${group}`}`),
  }));
}

interface Bounds {
  readonly may: readonly Access[];
  readonly mayNot: readonly Access[];
}

const OMNIA = 'omnia.altairalabs.ai';
const READ_BY_OPERATOR = [
  ...[
    'toolpolicies',
    'agentpolicies',
    'sessionprivacypolicies',
    'toolregistries',
    'agentruntimes',
    'workspaces',
  ],
];
const WITH_STATUS = [
  'toolpolicies',
  'agentpolicies',
  'sessionprivacypolicies',
  'agentruntimes',
  'workspaces',
];
const WEBHOOKS = 'validatingwebhookconfigurations.admissionregistration.k8s.io';
const LEASES = 'leases.coordination.k8s.io';
const inSystem = { namespace: 'omnia-system' };
const inProduction = { namespace: 'production' };

const OPERATOR: Bounds = {
  may: [
    ...each('get,list,watch', OMNIA, READ_BY_OPERATOR),
    ...each('list,watch', '', ['services', 'pods', 'namespaces']),
    ...each(
      'patch',
      OMNIA,
      WITH_STATUS.map((resource) => `${resource}/status`),
    ),
    ...each('get,list,watch,create,update,patch,delete', 'security.istio.io', [
      ...['authorizationpolicies', 'requestauthentications'],
    ]),
    { verbs: 'get,list,watch,create,update,patch,delete', resource: 'envoyfilters.networking.istio.io' },
    { verbs: 'get,list,watch,delete', resource: 'wasmplugins.extensions.istio.io' },
    { verbs: 'get,patch', resource: `${WEBHOOKS}/omnia-operator` },
    { verbs: 'get,update', resource: 'secrets/omnia-webhook-cert', ...inSystem },
    { verbs: 'get,list,watch,create', resource: LEASES, ...inSystem },
    { verbs: 'update,patch', resource: `${LEASES}/omnia-operator`, ...inSystem },
  ],
  mayNot: [
    { verbs: EVERY_VERB, resource: 'secrets' },
    { verbs: EVERY_VERB, resource: 'secrets', ...inProduction },
    { verbs: 'list,watch,create,patch,delete', resource: 'secrets', ...inSystem },
    { verbs: 'get,update,patch,delete', resource: 'secrets/another', ...inSystem },
    { verbs: 'create,update,patch', resource: 'wasmplugins.extensions.istio.io' },
    { verbs: EVERY_VERB, resource: 'configmaps' },
    ...each(WRITING, '', ['pods', 'services', 'namespaces', 'serviceaccounts']),
    ...each('get,create', '', ['pods/exec']),
    { verbs: 'create', resource: 'serviceaccounts/token', ...inSystem },
    { verbs: EVERY_VERB, resource: 'deployments.apps', ...inSystem },
    ...each(WRITING, OMNIA, READ_BY_OPERATOR),
    ...each('update,patch', OMNIA, ['toolregistries/status']),
    { verbs: 'create,delete,list,watch', resource: WEBHOOKS },
    { verbs: 'get,update,patch', resource: `${WEBHOOKS}/another` },
    ...each(EVERY_VERB, 'admissionregistration.k8s.io', ['mutatingwebhookconfigurations']),
    ...each(EVERY_VERB, 'apiextensions.k8s.io', ['customresourcedefinitions']),
    ...each(WRITING, 'security.istio.io', ['peerauthentications']),
    ...each(WRITING, 'networking.istio.io', ['virtualservices', 'gateways', 'sidecars']),
    ...each('deletecollection', 'security.istio.io', ['authorizationpolicies']),
    { verbs: 'update,patch,delete', resource: `${LEASES}/another`, ...inSystem },
    { verbs: EVERY_VERB, resource: LEASES, namespace: 'kube-system' },
    ...each('create,update,patch,bind,escalate', 'rbac.authorization.k8s.io', [
      ...['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
    ]),
    ...each('impersonate', '', ['users', 'groups', 'serviceaccounts']),
  ],
};

const EXT_AUTHZ: Bounds = {
  may: [
    ...each('list,watch', OMNIA, ['toolpolicies', 'agentpolicies', 'toolregistries', 'agentruntimes']),
    { verbs: 'create,get,update,patch,delete', resource: LEASES, ...inSystem },
  ],
  mayNot: [
    ...each(WRITING, OMNIA, READ_BY_OPERATOR),
    ...each(
      'update,patch',
      OMNIA,
      WITH_STATUS.map((resource) => `${resource}/status`),
    ),
    ...each('get,list,watch', OMNIA, ['sessionprivacypolicies', 'workspaces']),
    ...each(EVERY_VERB, '', ['secrets', 'configmaps', 'pods', 'services', 'namespaces']),
    { verbs: EVERY_VERB, resource: 'secrets', ...inSystem },
    ...each(EVERY_VERB, 'security.istio.io', ['authorizationpolicies', 'requestauthentications']),
    ...each(EVERY_VERB, 'networking.istio.io', ['envoyfilters']),
    { verbs: EVERY_VERB, resource: LEASES, namespace: 'kube-system' },
    { verbs: EVERY_VERB, resource: WEBHOOKS },
  ],
};

t.test('what the accounts of the chart may do', { skip }, async (t) => {
  const server = await startApiServer(t);
  await server.createNamespace('omnia-system');
  await server.createNamespace('production');
  const install = async (values: unknown): Promise<void> => {
    await server.apply(await renderChart({ values }));
  };
  await install({});
  const answers = async (account: string, questions: readonly Access[]): Promise<string[]> => {
    const token = await server.tokenFor({ ...inSystem, name: account });
    return reviewAccess(server, server.kubeconfigWith(token), questions);
  };
  for (const [account, { may, mayNot }] of Object.entries({
    'omnia-operator': OPERATOR,
    'omnia-ext-authz': EXT_AUTHZ,
  })) {
    for (const [answer, questions] of [
      ['yes', may],
      ['no', mayNot],
    ] as const) {
      t.test(`${account}, answer ${answer}`, async (t) => {
        const given = await answers(account, questions);
        questions.forEach(({ verbs, resource, namespace = 'everywhere' }, index) => {
          const expected = verbs
            .split(',')
            .map((verb) => `${verb} ${answer}`)
            .join(', ');
          t.equal(given[index], expected, `${resource} in ${namespace}`);
        });
      });
    }
  }

  t.test('kubectl auth can-i says the same', async (t) => {
    const kubeconfig = server.kubeconfigWith(await server.tokenFor({ ...inSystem, name: 'omnia-operator' }));
    const canI = async (...question: readonly string[]): Promise<string> => {
      const { stdout } = await server.kubectl(['auth', 'can-i', ...question, '--kubeconfig', kubeconfig]);
      return stdout.trim();
    };
    t.equal(await canI('get', 'secrets', '--all-namespaces'), 'no');
    t.equal(await canI('create', 'pods', '-n', 'production'), 'no');
    t.equal(await canI('list', 'pods', '--all-namespaces'), 'yes');
    t.equal(
      await canI('patch', `toolpolicies.${OMNIA}`, '--subresource', 'status', '-n', 'production'),
      'yes',
    );
  });

  t.test('WasmPlugins are made where the module comes from an image', async (t) => {
    await install({ filterImage: { url: 'oci://registry.example.com/filter:1', sha256: 'a'.repeat(64) } });
    const questions = [{ verbs: 'create,update,patch,delete', resource: 'wasmplugins.extensions.istio.io' }];
    t.same(await answers('omnia-operator', questions), ['create yes, update yes, patch yes, delete yes']);
    await install({});
  });

  t.test('names of Secrets are read where that was asked for, and nowhere else', async (t) => {
    const questions = [
      { verbs: 'list,watch', resource: 'secrets', ...inProduction },
      { verbs: 'get,create', resource: 'secrets', ...inProduction },
      { verbs: 'list', resource: 'secrets', ...inSystem },
    ];
    t.same(await answers('omnia-operator', questions), ['list no, watch no', 'get no, create no', 'list no']);
    await install({ secretChecks: { namespaces: ['production'] } });
    t.same(await answers('omnia-operator', questions), [
      'list yes, watch yes',
      'get no, create no',
      'list no',
    ]);
  });
});
