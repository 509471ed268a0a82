import { SECRETS, VALIDATING_WEBHOOKS, type KubeObject } from '@omnia-policy/kube';
import { createLogger, silentLogger, type Logger } from '@omnia-policy/service';
import t from 'tap';
import { asRecord, asText } from '../record.js';
import { createMemoryClient, refusal, type MemoryClient } from '../testing/memory-client.js';
import { readCertificates, type StoredCertificates } from './certificate-secret.js';
import { tendCertificates, type CertificateTending } from './tend-certificates.js';

const DAY_MS = 24 * 3600_000;
const secret = { namespace: 'omnia-system', name: 'omnia-webhook-cert' };
const configuration = { namespace: '', name: 'omnia-operator' };

const webhookConfiguration = {
  apiVersion: VALIDATING_WEBHOOKS.apiVersion,
  kind: VALIDATING_WEBHOOKS.kind,
  metadata: { name: 'omnia-operator' },
  webhooks: [
    { name: 'policies.omnia.altairalabs.ai', clientConfig: { url: 'https://127.0.0.1:1/validate' } },
  ],
} satisfies KubeObject;

function startTending(logger: Logger = silentLogger): {
  client: MemoryClient;
  at: (day: number) => Promise<void>;
} {
  const client = createMemoryClient();
  const clock = { nowMs: Date.parse('2026-01-01T00:00:00Z') };
  const startMs = clock.nowMs;
  const tending: CertificateTending = {
    client,
    secret,
    hosts: ['omnia-operator.omnia-system.svc'],
    configuration: 'omnia-operator',
    lifetimeMs: 90 * DAY_MS,
    now: () => clock.nowMs,
    logger,
    asked: {},
  };
  return {
    client,
    at: (day) => {
      clock.nowMs = startMs + day * DAY_MS;
      return tendCertificates(tending);
    },
  };
}

function stored(client: MemoryClient): StoredCertificates {
  const object = client.stored(SECRETS, secret);
  const found = object && readCertificates(object);
  if (found === undefined) throw new Error('no certificates');
  return found;
}

function trusted(client: MemoryClient): string {
  const webhooks: unknown = client.stored(VALIDATING_WEBHOOKS, configuration)?.webhooks;
  const first: unknown = Array.isArray(webhooks) ? webhooks[0] : undefined;
  return Buffer.from(asText(asRecord(asRecord(first).clientConfig).caBundle), 'base64').toString('utf8');
}

t.test('makes a certificate, has its authority trusted, and then leaves both alone', async (t) => {
  const { client, at } = startTending();
  client.put(VALIDATING_WEBHOOKS, webhookConfiguration);
  await at(0);
  t.equal(trusted(client), stored(client).current.authority);
  client.requests.length = 0;
  await at(1);
  t.strictSame(
    client.requests.filter((request) => !request.startsWith('get ')),
    [],
  );
});

t.test('a rotation never serves what is not trusted yet, nor distrusts what is still served', async (t) => {
  const { client, at } = startTending();
  client.put(VALIDATING_WEBHOOKS, webhookConfiguration);
  await at(0);
  const first = stored(client).current;
  const distrusted: number[] = [];
  for (let day = 1; day < 300; day += 1) {
    const served = stored(client).current;
    await at(day);
    const authorities = [served.authority, stored(client).current.authority];
    if (!authorities.every((authority) => trusted(client).includes(authority))) distrusted.push(day);
  }
  t.strictSame(distrusted, []);
  t.not(stored(client).current.certificate, first.certificate);
  t.notOk(trusted(client).includes(first.authority), 'the first authority has expired and is forgotten');
});

t.test('a configuration that lost the authority gets it again', async (t) => {
  const { client, at } = startTending();
  client.put(VALIDATING_WEBHOOKS, webhookConfiguration);
  await at(0);
  client.put(VALIDATING_WEBHOOKS, webhookConfiguration);
  await at(0);
  t.equal(trusted(client), stored(client).current.authority);
});

t.test('a Secret without certificates, as a chart makes it, keeps its labels', async (t) => {
  const { client, at } = startTending();
  const metadata = { ...secret, labels: { 'app.kubernetes.io/instance': 'omnia' } };
  client.put(SECRETS, { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata });
  await at(0);
  t.ok(stored(client).current);
  t.equal(client.stored(SECRETS, secret)?.metadata.labels?.['app.kubernetes.io/instance'], 'omnia');
});

t.test("of two replicas that make one at a time, the second leaves the first one's alone", async (t) => {
  const { client, at } = startTending();
  client.refuse = (verb) => {
    if (verb === 'create') throw refusal(409, 'AlreadyExists');
  };
  await at(0);
  t.equal(client.stored(SECRETS, secret), undefined);
  t.strictSame(
    client.requests.filter((request) => request.startsWith('apply ')),
    [],
  );
});

t.test('that there is no configuration is logged once, and again when it had been there', async (t) => {
  const lines: string[] = [];
  const { client, at } = startTending(createLogger('warn', {}, { write: (line) => void lines.push(line) }));
  for (const day of [0, 1, 2]) await at(day);
  t.equal(lines.length, 1);
  client.put(VALIDATING_WEBHOOKS, webhookConfiguration);
  await at(3);
  await client.delete(VALIDATING_WEBHOOKS, configuration);
  for (const day of [4, 5]) await at(day);
  t.equal(lines.length, 2);
});

t.test('what is no certificate in the Secret or the configuration is put right', async (t) => {
  const { client, at } = startTending();
  client.put(VALIDATING_WEBHOOKS, webhookConfiguration);
  await at(0);
  const before = client.stored(SECRETS, secret);
  if (before === undefined) throw new Error('no Secret');
  const garbage = Buffer.from('garbage').toString('base64');
  client.put(SECRETS, { ...before, data: { ...asRecord(before.data), 'previous-ca.crt': garbage } });
  const webhooks = [{ ...webhookConfiguration.webhooks[0], clientConfig: { caBundle: garbage } }];
  client.put(VALIDATING_WEBHOOKS, { ...webhookConfiguration, webhooks });
  await at(1);
  t.equal(trusted(client), stored(client).current.authority);
});
