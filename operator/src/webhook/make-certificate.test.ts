import { X509Certificate } from 'node:crypto';
import t from 'tap';
import { certificateSecret, readCertificates } from './certificate-secret.js';
import { makeCertificate } from './make-certificate.js';
import { covers, isIntact, validityOf } from './serving-certificate.js';

const now = new Date('2026-01-01T00:00:00Z');
const hosts = [
  'omnia-operator.omnia-system.svc',
  'omnia-operator.omnia-system.svc.cluster.local',
  '127.0.0.1',
];
const secretRef = { namespace: 'omnia-system', name: 'omnia-webhook-cert' };

t.test(
  'the certificate names all hosts, is signed by its authority and lasts as long as asked',
  async (t) => {
    const made = await makeCertificate({ hosts, now, lifetimeMs: 3600_000 });
    t.ok(isIntact(made));
    t.ok(covers(made, hosts));
    t.notOk(covers(made, ['elsewhere.example']));
    t.equal(validityOf(made).untilMs, now.getTime() + 3600_000);
    t.ok(validityOf(made).fromMs < now.getTime(), 'clocks may differ');
    const authority = new X509Certificate(made.authority);
    t.equal(authority.ca, true);
    t.equal(new X509Certificate(made.certificate).ca, false);
    t.ok(new X509Certificate(made.certificate).checkIssued(authority));
  },
);

t.test('no two authorities have the same name', async (t) => {
  const request = { hosts, now, lifetimeMs: 3600_000 };
  const [one, other] = await Promise.all([makeCertificate(request), makeCertificate(request)]);
  t.not(new X509Certificate(one.authority).subject, new X509Certificate(other.authority).subject);
});

t.test('a Secret gives back what was put in, and a broken one counts as none', async (t) => {
  const current = await makeCertificate({ hosts, now, lifetimeMs: 3600_000 });
  const other = await makeCertificate({ hosts, now, lifetimeMs: 7200_000 });
  const stored = { current, next: other, previousAuthority: other.authority };
  const secret = certificateSecret(secretRef, stored);
  t.strictSame(readCertificates(secret), stored);
  t.equal(readCertificates({ ...secret, data: {} }), undefined);
  t.equal(readCertificates({ ...secret, data: undefined }), undefined);
  const mixed = certificateSecret(secretRef, { current: { ...current, key: other.key } });
  t.equal(readCertificates(mixed), undefined, 'key and certificate do not belong together');
  const halved = certificateSecret(secretRef, { current: { ...current, certificate: 'no PEM' } });
  t.equal(readCertificates(halved), undefined);
});
