import { credentials, status } from '@grpc/grpc-js';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate, type GenerateResult } from 'selfsigned';
import t from 'tap';
import { connect } from 'node:tls';
import { createCheckClient, metadataOf, toolRequest } from './testing/check-client.js';
import { refundPolicy } from './testing/policy-texts.js';
import { startProgram, until } from './testing/started-program.js';

type Pem = Pick<GenerateResult, 'cert' | 'private'>;

async function authority(name: string): Promise<Pem> {
  return generate([{ name: 'commonName', value: name }], {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true },
    ],
  });
}

async function certificate(name: string, ca: Pem): Promise<Pem> {
  return generate([{ name: 'commonName', value: name }], {
    ca: { key: ca.private, cert: ca.cert },
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
}

const buffer = (pem: string) => Buffer.from(pem);

t.test('TLS, mTLS and certificates that are replaced while the service runs', async (t) => {
  const folder = t.testdir({});
  const file = (name: string) => join(folder, name);
  const ca = await authority('test authority');
  const first = await certificate('first', ca);
  const client = await certificate('client', ca);
  await writeFile(file('ca.pem'), ca.cert);
  await writeFile(file('cert.pem'), first.cert);
  await writeFile(file('key.pem'), first.private);
  const tls = [
    '--tls-cert',
    file('cert.pem'),
    '--tls-key',
    file('key.pem'),
    '--tls-client-ca',
    file('ca.pem'),
  ];
  const program = await startProgram({ policies: { 'a.yaml': refundPolicy() }, args: tls });
  t.teardown(() => program.end('SIGKILL'));
  await program.ready();
  const mutual = credentials.createSsl(buffer(ca.cert), buffer(client.private), buffer(client.cert));
  const denied = toolRequest({ body: '{"amount": 900}' });
  const stays = createCheckClient(program.port, mutual);
  t.teardown(stays.close);
  t.match(
    metadataOf(await stays.check(denied)),
    { outcome: 'denied' },
    'a client with a certificate is answered',
  );

  for (const [name, channel] of [
    ['without TLS', credentials.createInsecure()],
    ['without a certificate', credentials.createSsl(buffer(ca.cert))],
    ['with a certificate of another authority', await strangers(ca)],
  ] as const) {
    const refused = createCheckClient(program.port, channel);
    t.equal((await refused.check(denied)).error?.code, status.UNAVAILABLE, `a client ${name} is not`);
    refused.close();
  }

  const second = await certificate('second', ca);
  await writeFile(file('cert.pem'), second.cert);
  await program.logged(({ msg }) => msg === 'certificates not replaced');
  t.equal(await shownName(program.port, { ca, client }), 'first', 'half a replacement is no replacement');
  await writeFile(file('key.new'), second.private);
  await rename(file('key.new'), file('key.pem'));
  await program.logged(({ msg }) => msg === 'certificates replaced');
  await until(async () => (await shownName(program.port, { ca, client })) === 'second');
  t.match(metadataOf(await stays.check(denied)), { outcome: 'denied' }, 'open connections go on');
  const later = createCheckClient(program.port, mutual);
  t.match(metadataOf(await later.check(denied)), { outcome: 'denied' });
  later.close();
});

t.test('certificates that do not fit are an error at the start', async (t) => {
  const ca = await authority('test authority');
  const one = await certificate('one', ca);
  const other = await certificate('other', ca);
  const folder = t.testdir({ 'cert.pem': one.cert, 'key.pem': other.private, 'junk.pem': 'junk' });
  const file = (name: string) => join(folder, name);
  for (const [cert, key, ...rest] of [
    ['cert.pem', 'key.pem'],
    ['junk.pem', 'key.pem'],
    ['cert.pem', 'junk.pem'],
  ] as const) {
    const args = ['--tls-cert', file(cert), '--tls-key', file(key), ...rest];
    await t.rejects(startProgram({ args }), { message: /certificates-unreadable/ }, `${cert} with ${key}`);
  }
});

async function strangers(ca: Pem) {
  const { cert, private: key } = await certificate('client', await authority('another authority'));
  return credentials.createSsl(buffer(ca.cert), buffer(key), buffer(cert));
}

/** Common name of the certificate that a new connection is shown. */
async function shownName(
  port: number,
  { ca, client }: { ca: Pem; client: Pem },
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = {
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: ca.cert,
      cert: client.cert,
      key: client.private,
    };
    const socket = connect({ ...options, ALPNProtocols: ['h2'] }, () => {
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      resolve(Array.isArray(CN) ? CN[0] : CN);
    });
    socket.on('error', reject);
  });
}
