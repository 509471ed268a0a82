import { connect, createServer, type AddressInfo } from 'node:net';
import t from 'tap';
import { startOpsServer, type OpsContent } from './ops-server.js';

const content: OpsContent = {
  notReady: () => undefined,
  metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4; charset=utf-8', text: 'a 1\n' }),
  policies: () => ({ revision: '1' }),
};
const anywhere = { address: { host: '127.0.0.1', port: 0 }, flag: '--ops' };

t.test('shows health, readiness, metrics and policies', async (t) => {
  let reason: string | undefined = 'policies are not loaded';
  const server = await startOpsServer({ ...content, notReady: () => reason }, anywhere);
  t.teardown(server.close);
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.address.port}${path}`);
    return [answer.status, answer.headers.get('content-type'), await answer.text()];
  };
  const json = 'application/json; charset=utf-8';
  t.strictSame(await get('/healthz'), [200, json, '{"status":"ok"}']);
  t.strictSame(await get('/readyz'), [
    503,
    json,
    '{"status":"not ready","reason":"policies are not loaded"}',
  ]);
  reason = undefined;
  t.strictSame(await get('/readyz'), [200, json, '{"status":"ready"}']);
  t.strictSame(await get('/metrics'), [200, 'text/plain; version=0.0.4; charset=utf-8', 'a 1\n']);
  t.strictSame(await get('/policies'), [200, json, '{\n  "revision": "1"\n}']);
  t.match(await get('/other'), [404, json, /healthz/]);
});

t.test('what is not HTTP is refused and harms nothing', async (t) => {
  const server = await startOpsServer(content, anywhere);
  t.teardown(server.close);
  const { port } = server.address;
  const send = (text: string): Promise<string> =>
    new Promise((resolve) => {
      let answer = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve(answer);
      });
    });
  for (const text of ['\0\x01\x02\r\n\r\n', 'GET\r\n\r\n', `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`]) {
    t.match(await send(text), /^HTTP\/1.1 4\d\d/);
  }
  const long = await fetch(`http://127.0.0.1:${port}/healthz`, { method: 'POST', body: 'x'.repeat(100_000) });
  t.ok(long.status >= 400 && long.status < 500);
  t.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
});

t.test('a busy port is an error that names port and flag', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.teardown(() => other.close());
  const { port } = other.address() as AddressInfo;
  await t.rejects(startOpsServer(content, { address: { host: '127.0.0.1', port }, flag: '--ops' }), {
    code: 'address-in-use',
    message: new RegExp(`port ${port} is busy.*--ops`),
  });
  await t.rejects(startOpsServer(content, { address: { host: '192.0.2.1', port: 0 }, flag: '--ops' }), {
    code: 'address-unavailable',
    message: /192\.0\.2\.1:0.*--ops/,
  });
});
