import { MAX_BODY_BYTES } from '@omnia-policy/policy';
import { ServiceError } from '@omnia-policy/service';
import t from 'tap';
import { readExtAuthzConfiguration } from './configuration.js';

function read(env: Record<string, string>, args: readonly string[] = ['--policies', 'p']) {
  const configuration = readExtAuthzConfiguration({ args, env });
  if (configuration.kind !== 'values') throw new Error('help was not asked for');
  return configuration.values;
}

t.test('the variables have the prefix of the program, the address its plain name', (t) => {
  t.match(
    read({
      OMNIA_EXT_AUTHZ: '127.0.0.1:1',
      OMNIA_EXT_AUTHZ_OPS: '127.0.0.1:2',
      OMNIA_EXT_AUTHZ_WORKERS: '3',
    }),
    {
      source: { kind: 'folder', folder: 'p' },
      agentIdentity: 'header',
      listen: { host: '127.0.0.1', port: 1 },
      ops: { host: '127.0.0.1', port: 2 },
      workers: 3,
      unmatched: 'allow',
      mcpDenial: 'tool-result',
      maxRequestBytes: 65_536,
      grpcMaxReceiveBytes: 4_194_304,
      logLevel: 'info',
    },
  );
  t.end();
});

t.test('variables that a cluster adds for a service of this name are no settings', (t) => {
  t.match(read({ OMNIA_EXT_AUTHZ_PORT: 'tcp://10.0.0.1:9191', OMNIA_EXT_AUTHZ_SERVICE_HOST: '10.0.0.1' }), {
    listen: { host: '127.0.0.1', port: 9191 },
  });
  t.end();
});

t.test('policies come from a folder or from a cluster', (t) => {
  const cluster = read({ OMNIA_POD_NAME: 'p-1', OMNIA_POD_UID: 'u' }, ['--kubernetes', '--kubeconfig', 'k']);
  t.match(cluster, {
    source: {
      kind: 'kubernetes',
      kubeconfig: 'k',
      reportNamespace: 'omnia-system',
      podName: 'p-1',
      podUid: 'u',
    },
    agentIdentity: 'principal',
    trustDomain: 'cluster.local',
  });
  t.equal(read({ OMNIA_EXT_AUTHZ_KUBERNETES: 'true' }, []).source.kind, 'kubernetes');
  t.equal(read({}, ['--kubernetes', '--agent-identity', 'header']).agentIdentity, 'header');
  t.equal(read({}, ['--policies', 'p', '--agent-identity', 'principal']).agentIdentity, 'principal');
  const refusals: [args: string[], code: string, says: RegExp][] = [
    [[], 'missing-setting', /--policies DIR.*--kubernetes/],
    [['--policies', 'p', '--kubernetes'], 'conflicting-settings', /--policies and --kubernetes/],
    [['--policies', 'p', '--kubeconfig', 'k'], 'conflicting-settings', /--kubeconfig/],
  ];
  for (const [args, code, message] of refusals) t.throws(() => read({}, args), { code, message });
  t.end();
});

t.test('the largest message must hold the largest body and the headers', (t) => {
  const accept = (receive: number) =>
    read({}, ['--policies', 'p', '--max-request-bytes', '1000', '--grpc-max-receive-bytes', String(receive)]);
  t.equal(accept(1000 + 128 * 1024).grpcMaxReceiveBytes, 132_072);
  t.throws(() => accept(1000 + 128 * 1024 - 1), { name: ServiceError.name, code: 'conflicting-settings' });
  t.end();
});

t.test('no body is longer than the policies can read', (t) => {
  const accept = (bytes: number) =>
    read({}, [
      ...['--policies', 'p', '--grpc-max-receive-bytes', '16777216'],
      ...['--max-request-bytes', String(bytes)],
    ]);
  t.equal(accept(MAX_BODY_BYTES).maxRequestBytes, 4_194_304);
  for (const bytes of [0, MAX_BODY_BYTES + 1])
    t.throws(() => accept(bytes), { name: ServiceError.name, code: 'invalid-setting' });
  t.end();
});
