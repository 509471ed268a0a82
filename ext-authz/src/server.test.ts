import { credentials, makeClientConstructor, ServerCredentials, type Client } from '@grpc/grpc-js';
import { connect as connectHttp2 } from 'node:http2';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import t from 'tap';
import { startCheckServer, type CheckServer } from './server.js';
import { authorizationName, checkMethod } from './services.js';

/** Longer than the test may take. */
const NEVER_MS = 1_000_000;

function startServer(finishCallsMs: number): Promise<CheckServer> {
  return startCheckServer({
    address: { host: '127.0.0.1', port: 0 },
    flag: '--listen',
    credentials: ServerCredentials.createInsecure(),
    maxReceiveBytes: 1000,
    finishCallsMs,
    check: () => undefined,
  });
}

const same = (bytes: Buffer): Buffer => bytes;

/** A text as the only field of a message. */
const text = (field: number, value: string): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2, value.length]), Buffer.from(value)]);

function watch(client: Client, service: string): Readable {
  return client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', same, same, text(1, service));
}

/** Does not end its own half either. */
function reflect(client: Client, version: string): Readable {
  const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  const stream = client.makeBidiStreamRequest(path, same, same);
  stream.write(text(7, '*'));
  return stream;
}

for (const [name, open] of [
  ['the server is watched', (client: Client) => watch(client, '')],
  ['a service is watched', (client: Client) => watch(client, authorizationName)],
  ['an unknown service is watched', (client: Client) => watch(client, 'unknown')],
  ['reflection', (client: Client) => reflect(client, 'v1')],
  ['older reflection', (client: Client) => reflect(client, 'v1alpha')],
] as const) {
  t.test(`a stream without end does not hold up the end of the server: ${name}`, async (t) => {
    const server = await startServer(NEVER_MS);
    const Client = makeClientConstructor({}, 'Any');
    const client = new Client(`127.0.0.1:${server.address.port}`, credentials.createInsecure());
    t.teardown(() => {
      client.close();
    });
    const stream = open(client);
    await once(stream, 'data');
    const ended = once(stream, 'end');
    await server.drain();
    await ended;
    t.pass();
  });
}

t.test('a Check that is never sent to its end is broken off', async (t) => {
  const server = await startServer(20);
  const session = connectHttp2(`http://127.0.0.1:${server.address.port}`);
  session.on('error', () => undefined);
  await once(session, 'connect');
  const call = session.request({
    ':method': 'POST',
    ':path': checkMethod.path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  call.on('error', () => undefined);
  call.write(Buffer.from([0, 0, 0, 0, 100, 1]));
  await new Promise((resolve) => session.ping(resolve));
  const closed = new Promise((resolve) => session.once('close', resolve));
  await server.drain();
  await closed;
  t.ok(call.destroyed);
});
