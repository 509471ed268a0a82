import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { startApiServer } from './api-server.js';
import { gatewayApiCrds, installCrds, istioCrds } from './crds.js';

const skip = missingTools('etcd', 'kube-apiserver', 'kubectl');

t.test('a real API server', { skip }, async (t) => {
  const server = await startApiServer(t);

  t.test('keeps what it stores over a restart, on the same port', async (t) => {
    await server.createNamespace('production', { team: 'payments' });
    await server.apply([configMap('kept')]);
    const { pids } = server;
    await server.restart();
    t.equal(server.pids.etcd, pids.etcd);
    t.not(server.pids['kube-apiserver'], pids['kube-apiserver']);
    const kept = await server.kubectl(['get', 'configmap', 'kept', '-n', 'production', '-o', 'name']);
    t.match(kept, { code: 0, stdout: 'configmap/kept' });
  });

  t.test('knows ServiceAccounts by their tokens, and RBAC lets them do nothing', async (t) => {
    const token = await server.tokenFor({ namespace: 'production', name: 'default' });
    const theirs = ['--kubeconfig', server.kubeconfigWith(token)];
    const whoami = await server.kubectl([
      'auth',
      'whoami',
      '-o',
      'jsonpath={.status.userInfo.username}',
      ...theirs,
    ]);
    t.equal(whoami.stdout, 'system:serviceaccount:production:default');
    const list = await server.kubectl(['get', 'configmaps', '-n', 'production', ...theirs]);
    t.equal(list.code, 1);
    t.match(list.stderr, /cannot list resource "configmaps"/);
  });

  t.test('admits no pod with an account that is not there', async (t) => {
    const pod = {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'agent', namespace: 'production' } },
      spec: { serviceAccountName: 'nobody', containers: [{ name: 'a', image: 'a' }] },
    };
    await t.rejects(server.apply([pod]), { message: /nobody/ });
  });

  t.test('has no history after a compaction and a restart', async (t) => {
    const before = (await server.kubectl(['get', '--raw', '/api/v1/namespaces/production/configmaps']))
      .stdout;
    const { resourceVersion } = (JSON.parse(before) as { metadata: { resourceVersion: string } }).metadata;
    await server.apply([configMap('later')]);
    await server.compact();
    await server.restart();
    const watch = `/api/v1/configmaps?watch=true&timeoutSeconds=5&resourceVersion=${resourceVersion}`;
    const { stdout } = await server.kubectl(['get', '--raw', watch]);
    t.match(stdout, /"code":410/);
  });

  t.test(
    'serves kinds as soon as their definitions are installed',
    { skip: missingTools('istio-crds') },
    async (t) => {
      await installCrds(server, istioCrds());
      await installCrds(server, gatewayApiCrds());
      const kinds = await server.kubectl(['get', 'authorizationpolicies,gateways', '-A']);
      t.match(kinds, { code: 0, stderr: /No resources found/ });
    },
  );

  t.test('answers nothing while it is frozen, and all is there afterwards', async (t) => {
    server.freeze('kube-apiserver');
    const frozen = await server.kubectl(['get', 'ns', '--request-timeout', '500ms']);
    t.not(frozen.code, 0);
    server.thaw('kube-apiserver');
    t.match(await server.kubectl(['get', 'ns', 'production', '-o', 'name']), { code: 0 });
  });
});

t.test('a stopped one leaves no process behind', { skip }, async (t) => {
  const server = await startApiServer();
  const { pids } = server;
  server.freeze('etcd');
  await server.stop();
  for (const pid of Object.values(pids)) t.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

function configMap(name: string): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'production' } };
}
