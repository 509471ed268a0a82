import t from 'tap';
import type { StoredCertificates } from './certificate-secret.js';
import { makeCertificate } from './make-certificate.js';
import { rotationStep } from './rotation.js';

const DAY_MS = 24 * 3600_000;
const START_MS = Date.parse('2026-01-01T00:00:00Z');
const hosts = ['omnia-operator.omnia-system.svc'];

function make(nowMs: number, names = hosts) {
  return makeCertificate({ hosts: names, now: new Date(nowMs), lifetimeMs: 90 * DAY_MS });
}

function step(stored: StoredCertificates | undefined, day: number, isNextTrusted = false) {
  return rotationStep({ stored, hosts, nowMs: START_MS + day * DAY_MS, isNextTrusted });
}

t.test('a certificate is made where there is none, and kept while it is young', async (t) => {
  t.equal(step(undefined, 0), 'replace');
  const current = await make(START_MS);
  t.equal(step({ current }, 0), 'keep');
  t.equal(step({ current }, 59), 'keep');
});

t.test('its successor is made ahead, and served only once its authority is trusted', async (t) => {
  const current = await make(START_MS);
  t.equal(step({ current }, 61), 'prepare-next');
  const next = await make(START_MS + 61 * DAY_MS);
  t.equal(step({ current, next }, 61, true), 'keep', 'API servers may not have seen it yet');
  t.equal(step({ current, next }, 62, false), 'keep', 'nobody trusts it');
  t.equal(step({ current, next }, 62, true), 'promote-next');
  t.equal(step({ current, next }, 89.999, false), 'promote-next', 'better than one that expires');
  t.equal(step({ current, next }, 91, false), 'promote-next');
});

t.test('a former authority is trusted until it expires', async (t) => {
  const { authority } = await make(START_MS);
  const current = await make(START_MS + 61 * DAY_MS);
  t.equal(step({ current, previousAuthority: authority }, 62), 'keep');
  t.equal(step({ current, previousAuthority: authority }, 91), 'forget-previous');
});

t.test('one that has expired, or does not name every host, is replaced at once', async (t) => {
  const current = await make(START_MS);
  t.equal(step({ current }, 91), 'replace');
  t.equal(step({ current: await make(START_MS, ['other.omnia-system.svc']) }, 1), 'replace');
});
