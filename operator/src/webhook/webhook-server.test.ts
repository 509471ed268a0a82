import { silentLogger } from '@omnia-policy/service';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import type { Judge } from './answer-review.js';
import { makeCertificate } from './make-certificate.js';
import type { ServingCertificate } from './serving-certificate.js';
import { startWebhookServer, type WebhookServer } from './webhook-server.js';

const review = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { uid: '7', operation: 'CREATE', kind: { group: 'g', version: 'v', kind: 'K' }, object: {} },
};

function make(): Promise<ServingCertificate> {
  return makeCertificate({ hosts: ['localhost'], now: new Date(), lifetimeMs: 3600_000 });
}

async function start(t: Test, judge: () => Judge | undefined): Promise<WebhookServer> {
  const address = { host: '127.0.0.1', port: 0 };
  const server = await startWebhookServer({ address, judge, logger: silentLogger });
  t.teardown(server.close);
  return server;
}

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly body?: string;
  /** PEM that is trusted. */
  readonly ca: string;
}

function ask({ address }: WebhookServer, asked: Asked): Promise<{ status: number; body: string }> {
  const { path = '/validate', method = 'POST', body = JSON.stringify(review), ca } = asked;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', servername: 'localhost', port: address.port, path, method, ca, agent: false },
      (response) => {
        text(response).then((answer) => {
          resolve({ status: response.statusCode ?? 0, body: answer });
        }, reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const allow = (): Judge => () => ({ allowed: true });

t.test('answers reviews, and everything else with what is wrong', async (t) => {
  const server = await start(t, allow);
  const { authority: ca, ...rest } = await make();
  server.serve({ authority: ca, ...rest });
  const good = await ask(server, { ca });
  t.equal(good.status, 200);
  t.match(JSON.parse(good.body), { response: { uid: '7', allowed: true } });
  t.match(await ask(server, { ca, path: '/validate?timeout=5s' }), { status: 200 });
  t.match(await ask(server, { ca, path: '/' }), { status: 404 });
  t.match(await ask(server, { ca, method: 'PUT' }), { status: 405 });
  t.match(await ask(server, { ca, body: '{' }), { status: 400, body: /no JSON/ });
  t.match(await ask(server, { ca, body: '{}' }), { status: 400, body: /AdmissionReview/ });
  t.match(await ask(server, { ca, body: JSON.stringify({ ...review, request: { uid: '1' } }) }), {
    status: 400,
    body: /operation/,
  });
});

t.test('a body that is too long is not kept', async (t) => {
  const server = await start(t, allow);
  const certificate = await make();
  server.serve(certificate);
  const body = JSON.stringify({ ...review, padding: 'x'.repeat(9 * 1024 * 1024) });
  // The answer may be lost, since the server hangs up on what is still being sent.
  const answer = await ask(server, { ca: certificate.authority, body }).catch(() => ({ status: 413 }));
  t.equal(answer.status, 413);
});

t.test('without caches nothing is judged, and a bug is no permission', async (t) => {
  const { authority: ca, ...rest } = await make();
  const waiting = await start(t, () => undefined);
  waiting.serve({ authority: ca, ...rest });
  t.match(await ask(waiting, { ca }), { status: 503 });
  const failing = await start(t, () => () => {
    throw new Error('a bug');
  });
  failing.serve({ authority: ca, ...rest });
  await t.rejects(ask(failing, { ca }));
});

t.test(
  'no handshake succeeds before there is a certificate; another one is taken without a restart',
  async (t) => {
    const server = await start(t, allow);
    const [first, second] = await Promise.all([make(), make()]);
    await t.rejects(ask(server, { ca: first.authority }));
    server.serve(first);
    t.match(await ask(server, { ca: first.authority }), { status: 200 });
    await t.rejects(ask(server, { ca: second.authority }));
    server.serve(second);
    t.match(await ask(server, { ca: second.authority }), { status: 200 });
    await t.rejects(ask(server, { ca: first.authority }));
  },
);

t.test('a busy port is told with the flag', async (t) => {
  const server = await start(t, allow);
  await t.rejects(startWebhookServer({ address: server.address, judge: allow, logger: silentLogger }), {
    code: 'address-in-use',
    message: /--webhook/,
  });
});
