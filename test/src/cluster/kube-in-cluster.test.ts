import { createKubeClient, NAMESPACES } from '@omnia-policy/kube';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { startApiServer } from './api-server.js';

const skip = missingTools('etcd', 'kube-apiserver', 'kubectl');
const reader = [
  {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'reader' } },
    rules: [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get'] }],
  },
  {
    ...{
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'reader' },
    },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
  },
];

t.test(
  'in a pod, the API server is asked as its ServiceAccount, with the token of the moment',
  { skip },
  async (t) => {
    const server = await startApiServer(t);
    await server.apply(reader);
    const before = { ...process.env };
    t.teardown(() => {
      process.env = before;
    });
    const { hostname, port } = new URL(server.url);
    process.env = {
      ...before,
      KUBECONFIG: '',
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
    };
    const podRoot = t.testdir({});
    const folder = join(podRoot, 'var/run/secrets/kubernetes.io/serviceaccount');
    mkdirSync(folder, { recursive: true });
    copyFileSync(server.caFile, join(folder, 'ca.crt'));
    writeFileSync(join(folder, 'token'), 'a token that has expired');
    const client = await createKubeClient({ podRoot });
    t.teardown(client.close);
    const read = (): Promise<unknown> => client.get(NAMESPACES, { namespace: '', name: 'default' });
    await t.rejects(read(), { code: 'kubernetes-refused', status: 401 });
    writeFileSync(join(folder, 'token'), await server.tokenFor({ namespace: 'default', name: 'default' }));
    t.match(await read(), { kind: 'Namespace', metadata: { name: 'default' } });
  },
);

t.test('a server with a certificate of another authority is not asked', { skip }, async (t) => {
  const [server, other] = [await startApiServer(t), await startApiServer(t)];
  const kubeconfig = join(t.testdir({}), 'kubeconfig');
  const { stdout } = await server.kubectl(['config', 'view', '--raw', '--flatten']);
  writeFileSync(kubeconfig, stdout.replaceAll(server.url, other.url));
  const client = await createKubeClient({ kubeconfig });
  t.teardown(client.close);
  await t.rejects(client.get(NAMESPACES, { namespace: '', name: 'default' }), {
    code: 'kubernetes-unreachable',
    message: /certificate/,
  });
});
