import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { extAuthzPath } from '@omnia-policy/ext-authz';
import { parseListenAddress } from '@omnia-policy/service';
import type { ListenAddress } from '@omnia-policy/service';
import { generate } from 'selfsigned';
import t from 'tap';
import type { Test } from 'tap';
import { grpcHealth } from './grpc-health.js';

const TIMEOUT_MS = 5000;

/** The real policy service on a port of its own. */
interface Service {
  readonly policies: string;
  readonly flags?: readonly string[];
  /** The message of the log line to wait for. */
  readonly until: string;
}

async function startService(t: Test, { policies, flags = [], until }: Service): Promise<ListenAddress> {
  const anyPort = ['--listen', '127.0.0.1:0', '--ops', '127.0.0.1:0'];
  const service = spawn(process.execPath, [extAuthzPath, '--policies', policies, ...anyPort, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(async () => {
    service.kill('SIGKILL');
    await once(service, 'close');
  });
  let address: ListenAddress | undefined;
  for await (const text of createInterface({ input: service.stdout })) {
    const line = JSON.parse(text) as { readonly msg: string; readonly listen?: string };
    if (line.listen !== undefined) address = parseListenAddress(line.listen);
    if (line.msg === until && address !== undefined) return address;
  }
  throw new Error('the service ended');
}

t.test('nothing is missing once the policies are loaded', async (t) => {
  const address = await startService(t, { policies: t.testdir({}), until: 'policies loaded' });
  t.equal(await grpcHealth(address, TIMEOUT_MS), undefined);
});

t.test('something is missing while the policies are not loaded', async (t) => {
  const address = await startService(t, {
    policies: t.testdir({ 'a.yaml': 'a: [' }),
    until: 'policy problem',
  });
  t.match(await grpcHealth(address, TIMEOUT_MS), /^its gRPC health is \w+$/);
});

t.test('a service that speaks TLS can not be asked without', async (t) => {
  const folder = t.testdir({ policies: {} });
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'test' }]);
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key);
  const flags = ['--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')];
  const address = await startService(t, {
    policies: join(folder, 'policies'),
    until: 'policies loaded',
    flags,
  });
  t.type(await grpcHealth(address, TIMEOUT_MS).catch(String), 'string');
});

t.test('a port that takes connections and never answers is given up', async (t) => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.teardown(() => silent.close());
  const { address: host, port } = silent.address() as AddressInfo;
  await t.rejects(grpcHealth({ host, port }, 200), { message: 'no answer to a gRPC health check' });
});
