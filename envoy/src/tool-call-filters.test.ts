import type { MeshNeeds } from '@omnia-policy/policy';
import t from 'tap';
import { bootstrap, localRunFiles, toolCallFilters } from './index.js';
import type { LocalRunSettings } from './index.js';

const needs: MeshNeeds = {
  readsBody: false,
  failOpen: false,
  claimMappings: [
    { namespace: 'production', agents: [], claims: [{ claim: 'team', header: 'X-Omnia-Claim-Team' }] },
  ],
  injectedHeaders: ['x-processed-by'],
};

const settings: LocalRunSettings = {
  listen: { host: '127.0.0.1', port: 10_000 },
  admin: { host: '127.0.0.1', port: 9901 },
  upstream: { host: '127.0.0.1', port: 8080, protocol: 'http1' },
  jwt: { issuer: 'i', audience: 'a', jwks: '{"keys":[]}', requirement: 'required' },
  wasmModule: { filename: '/omnia-filter.wasm' },
  extAuthz: { address: { host: '127.0.0.1', port: 9191 }, timeoutMs: 1000, maxRequestBytes: 65_536 },
  filterFolder: '/filters',
};

function filtersOf(changed: Partial<MeshNeeds>): readonly string[] {
  return toolCallFilters(
    { ...needs, ...changed },
    {
      wasmModule: settings.wasmModule,
      extAuthz: { cluster: 'c', timeoutMs: 1000, maxRequestBytes: 65_536 },
    },
  ).map((filter) => JSON.stringify(filter));
}

t.test('claims are written before they are judged, headers after they were decided', (t) => {
  const names = ['omnia.claims', 'omnia.ext_authz', 'omnia.inject'];
  t.strictSame(
    localRunFiles(needs, settings, '1').map(({ name }) => name),
    names.map((name) => `${name}.json`),
  );
  const text = JSON.stringify(bootstrap(settings));
  const chain = [
    'omnia.one_credential',
    'envoy.filters.http.jwt_authn',
    ...names,
    'envoy.filters.http.router',
  ];
  const positions = chain.map((name) => text.indexOf(`{"name":"${name}"`));
  t.ok(positions.every((position) => position > 0));
  t.strictSame(
    positions,
    positions.toSorted((a, b) => a - b),
  );
  t.end();
});

t.test('no filter has a default configuration that would let calls pass without its file', (t) => {
  t.notMatch(JSON.stringify(bootstrap(settings)), /default_config|apply_default_config_without_warming/);
  t.end();
});

t.test('equal needs give equal files, and the version is all that a new revision changes', (t) => {
  t.strictSame(localRunFiles(needs, settings, '1'), localRunFiles({ ...needs }, settings, '1'));
  const renamed = localRunFiles(needs, settings, '2').map((file) => ({
    ...file,
    content: file.content.replace('"version_info":"2"', '"version_info":"1"'),
  }));
  t.strictSame(renamed, localRunFiles(needs, settings, '1'));
  t.end();
});

t.test('each need changes the filter that serves it and no other', (t) => {
  const table: readonly [keyof MeshNeeds, Partial<MeshNeeds>, number][] = [
    ['claimMappings', { claimMappings: [] }, 0],
    ['readsBody', { readsBody: true }, 1],
    ['failOpen', { failOpen: true }, 1],
    ['injectedHeaders', { injectedHeaders: [] }, 2],
  ];
  const before = filtersOf({});
  for (const [need, changed, index] of table) {
    const after = filtersOf(changed);
    t.strictSame(
      after.map((filter, position) => filter !== before[position]),
      [0, 1, 2].map((position) => position === index),
      need,
    );
  }
  t.end();
});

t.test('bodies are buffered and said to be buffered in one resource, or neither', (t) => {
  const [, withBody = ''] = filtersOf({ readsBody: true });
  const [, without = ''] = filtersOf({ readsBody: false });
  t.match(withBody, /"x-omnia-body","value":"65536"/);
  t.match(
    withBody,
    /"with_request_body":\{"max_request_bytes":65536,"allow_partial_message":true,"pack_as_bytes":true\}/,
  );
  t.notMatch(without, /x-omnia-body|with_request_body/);
  t.end();
});
