import { compilePolicySet } from '@omnia-policy/policy';
import t from 'tap';
import { createClusterView } from './controllers/cluster-view.js';
import { reasonNotReady } from './reason-not-ready.js';
import { createMemoryCaches } from './testing/memory-caches.js';

t.test('ready is who has read everything, heard of it lately, and can be reached', (t) => {
  const caches = createMemoryCaches();
  const view = createClusterView(caches);
  const ending = new AbortController();
  const webhook = { hasCertificate: () => true };
  const reason = (served = webhook): string | undefined =>
    reasonNotReady({ caches, view, signal: ending.signal }, served);

  caches.pods.health = { state: 'pending', silentMs: Infinity, steadyMs: 0, failure: 'pods is forbidden' };
  t.equal(reason(), 'not read yet: Pod (pods is forbidden)');
  caches.pods.health = { state: 'synced', silentMs: 0, steadyMs: 0 };
  t.equal(reason(), 'policies are not compiled yet');
  view.setPolicySet(compilePolicySet([], { revision: '' }));
  t.equal(reason(), undefined);
  t.equal(reason({ hasCertificate: () => false }), 'the webhook has no certificate yet');
  t.equal(
    reasonNotReady({ caches, view, signal: ending.signal }, undefined),
    undefined,
    'there is no webhook',
  );
  caches.agents.health = { state: 'missing', silentMs: 1000, steadyMs: 0 };
  t.equal(reason(), undefined, 'the platform may not be installed');
  caches.services.health = { state: 'synced', silentMs: 400_000, steadyMs: 0 };
  t.equal(reason(), 'nothing was heard of Service for minutes');
  caches.services.health = { state: 'synced', silentMs: 0, steadyMs: 0 };
  ending.abort();
  t.equal(reason(), 'shutting down');
  t.end();
});
