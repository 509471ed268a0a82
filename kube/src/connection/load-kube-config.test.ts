import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createKubeClient } from '../create-kube-client.js';
import { kubeconfigText } from '../testing/fake-api.js';

function withVariables(t: Test, variables: Readonly<Record<string, string>>): void {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  t.teardown(() => {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
  });
}

t.test('without a file and outside of a pod, it says what to give', async (t) => {
  withVariables(t, { KUBECONFIG: '' });
  await t.rejects(createKubeClient({ podRoot: t.testdir({}) }), {
    code: 'missing-setting',
    message: /--kubeconfig or KUBECONFIG/,
  });
});

t.test('a file that can not be used is named, with what is wrong', async (t) => {
  const folder = t.testdir({
    broken: '{ not yaml',
    empty: '{}',
    proxied: kubeconfigText('https://a', {}).replace('"server"', '"proxy-url":"http://proxy","server"'),
    plain: kubeconfigText('http://a', {}).replace('"insecure-skip-tls-verify":true', '"x":1'),
  });
  const wrong = {
    missing: /missing.*ENOENT/s,
    broken: /broken/,
    empty: /no current context/,
    proxied: /proxy-url \(http:\/\/proxy\) is not supported/,
    plain: /HTTP protocol is not allowed/,
  };
  for (const [file, message] of Object.entries(wrong)) {
    const kubeconfig = join(folder, file);
    await t.rejects(createKubeClient({ kubeconfig }), { code: 'file-unreadable', message }, file);
  }
});

t.test('KUBECONFIG names the file when no flag does', async (t) => {
  withVariables(t, { KUBECONFIG: join(t.testdir({ file: kubeconfigText('https://a', {}) }), 'file') });
  const client = await createKubeClient({});
  client.close();
  t.pass();
});
