import t from 'tap';
import { claimsFilter, extAuthzCluster, extAuthzContext, extAuthzFilter } from './index.js';

const module = { inlineBase64: 'AGFzbQEAAAA=' };
const needs = { readsBody: false, failOpen: false };
const settings = { cluster: 'c', timeoutMs: 1000, maxRequestBytes: 1024 };

function configurationOf(filter: object): unknown {
  const [, text = ''] = /"value":("\{.*?\}")\}/.exec(JSON.stringify(filter)) ?? [];
  return JSON.parse(JSON.parse(text) as string);
}

t.test('ext-authz is found by its IP address or, in a mesh, by the DNS name of all replicas', (t) => {
  t.match(extAuthzCluster({ host: '127.0.0.1', port: 1 }), { type: 'STATIC', outlier_detection: undefined });
  const named = extAuthzCluster({ host: 'ext-authz.omnia-system.svc.cluster.local', port: 1 });
  t.match(named, { type: 'STRICT_DNS', dns_lookup_family: 'V4_ONLY' });
  t.match(extAuthzCluster({ host: 'ext-authz', port: 1 }, 'ALL'), { dns_lookup_family: 'ALL' });
  t.end();
});

t.test(
  'a replica that is gone gets no calls until DNS has forgotten it, but one replica alone always does',
  (t) => {
    const { outlier_detection } = extAuthzCluster({ host: 'ext-authz', port: 1 });
    t.match(outlier_detection, { split_external_local_origin_errors: true, max_ejection_percent: 50 });
    t.end();
  },
);

t.test('the claims filter says whom it trusts and how it knows the agent only where it is told', (t) => {
  const mapping = { namespace: 'n', agents: ['a'], claims: [] };
  t.strictSame(Object.keys(configurationOf(claimsFilter([mapping], module)) as object), [
    ...['role', 'jwt', 'mappings', 'maxValueBytes'],
  ]);
  const { namespace: _, ...anyNamespace } = mapping;
  const options = { trustedPeers: ['spiffe://d/ns/n/sa/a'], agentLabel: 'app' };
  t.match(configurationOf(claimsFilter([anyNamespace], module, options)), {
    trustedPeers: ['spiffe://d/ns/n/sa/a'],
    agentFrom: { nodeLabel: 'app' },
    mappings: [{ agents: ['a'], namespace: undefined }],
  });
  t.end();
});

t.test('an empty list of trusted peers is written, and trusts nobody', (t) => {
  t.match(configurationOf(claimsFilter([], module, { trustedPeers: [] })), { trustedPeers: [] });
  t.end();
});

t.test('what only the proxy knows goes along as metadata, beside the mark for bodies', (t) => {
  const metadata = { 'x-omnia-registries': 'n/r' };
  const text = JSON.stringify(extAuthzFilter({ ...needs, readsBody: true }, { ...settings, metadata }));
  t.match(text, /"initial_metadata":\[{"key":"x-omnia-body","value":"1024"},{"key":"x-omnia-registries"/);
  t.notMatch(JSON.stringify(extAuthzFilter(needs, settings)), 'initial_metadata');
  t.notMatch(JSON.stringify(extAuthzFilter(needs, { ...settings, metadata: {} })), 'initial_metadata');
  t.end();
});

t.test('what a virtual host serves is told by the filter’s settings for it', (t) => {
  t.strictSame(extAuthzContext({ omnia_registries: 'n/r' }), {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute',
    check_settings: { context_extensions: { omnia_registries: 'n/r' } },
  });
  t.end();
});
