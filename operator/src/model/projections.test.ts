import type { KubeObject } from '@omnia-policy/kube';
import fc from 'fast-check';
import t from 'tap';
import { parseEndpoint, serviceOfHost } from './endpoint.js';
import { projectAgent, projectWorkspace } from './project-agent.js';
import { projectAuthorization } from './project-authorization.js';
import { contentHash, projectEmitted } from './project-emitted.js';
import { projectPod } from './project-pod.js';
import { projectPolicy, projectPrivacyPolicy } from './project-policy.js';
import { projectReplica } from './project-replica.js';
import { projectNamespace, projectService } from './project-service.js';
import { projectToolRegistry } from './project-tool-registry.js';

const projections = [
  ...[projectAgent, projectWorkspace, projectAuthorization, projectEmitted, projectPod, projectPolicy],
  ...[projectPrivacyPolicy, projectReplica, projectNamespace, projectService, projectToolRegistry],
];

function objectWith(fields: object): KubeObject {
  return { apiVersion: 'v1', kind: 'Kind', metadata: { name: 'a', namespace: 'n' }, ...fields };
}

/** Objects with the fields that projections read, holding anything. */
const strange = fc.object({
  key: fc.constantFrom(
    ...['handlers', 'service', 'name', 'port', 'ports', 'containers', 'tool', 'selector', 'matchLabels'],
    ...['httpConfig', 'endpoint', 'externalAuth', 'oidc', 'issuer', 'audience', 'services', 'targetRefs'],
    ...['discoveredTools', 'targetPort', 'initContainers', 'privacyPolicyRef', 'podOverrides', 'type'],
  ),
  maxDepth: 4,
});

t.test('no object of somebody else makes a projection fail', (t) => {
  const anything = fc.oneof(strange, fc.jsonValue(), fc.constant(undefined));
  fc.assert(
    fc.property(anything, anything, fc.dictionary(fc.string(), fc.string()), (spec, status, annotations) => {
      const metadata = { name: 'a', namespace: 'n', annotations };
      const object = { apiVersion: 'v1', kind: 'Kind', metadata, spec, status };
      for (const project of projections) project(object);
    }),
  );
  t.end();
});

const endpoints: readonly (readonly [string, { host: string; port: number } | undefined])[] = [
  ['http://tools:8080/v1', { host: 'tools', port: 8080 }],
  ['https://api.example.com/pay?x=1', { host: 'api.example.com', port: 443 }],
  ['tools.production:9000', { host: 'tools.production', port: 9000 }],
  ['http://user@tools/x', { host: 'tools', port: 80 }],
  ['http://[::1]:8080', undefined],
  ['', undefined],
];

for (const [text, endpoint] of endpoints) {
  t.strictSame(parseEndpoint(text), endpoint, `the endpoint ${text || 'of no text'}`);
}

const hosts: readonly (readonly [string, string | undefined])[] = [
  ['tools', 'production/tools'],
  ['tools.staging', 'staging/tools, perhaps'],
  ['tools.staging.svc', 'staging/tools'],
  ['tools.staging.svc.cluster.local', 'staging/tools'],
  ['tools.staging.svc.cluster.local.', 'staging/tools'],
  ['tools.staging.svc.example.com', undefined],
  ['api.example.com', undefined],
  ['localhost', undefined],
  ['10.0.0.1', undefined],
];

for (const [host, expected] of hosts) {
  const found = serviceOfHost(host, 'production');
  const shown = found && `${found.namespace}/${found.name}${found.isCertain ? '' : ', perhaps'}`;
  t.equal(shown, expected, `the Service of host ${host}`);
}

t.test('tools are known only if every handler says which it has', (t) => {
  const registry = (handlers: object[], status: object = {}): readonly string[] | undefined =>
    projectToolRegistry(objectWith({ spec: { handlers }, status })).tools;
  const one = { name: 'one', type: 'http', tool: { name: 'lookup' } };
  const mcp = { name: 'docs', type: 'MCP' };
  const found = { discoveredTools: [{ name: 'search', handlerName: 'docs' }] };
  t.strictSame(registry([one]), ['lookup']);
  t.strictSame(registry([one, mcp], found), ['lookup', 'search']);
  t.equal(registry([one, mcp]), undefined);
  t.equal(registry([{ name: 'nameless', type: 'http' }]), undefined);
  t.end();
});

t.test('a sidecar may be a container or, natively, an init container', (t) => {
  const plane = (spec: object): string => projectPod(objectWith({ spec })).dataPlane;
  t.equal(plane({ containers: [{ name: 'app' }, { name: 'istio-proxy' }] }), 'sidecar');
  t.equal(plane({ containers: [{ name: 'app' }], initContainers: [{ name: 'istio-proxy' }] }), 'sidecar');
  t.equal(plane({ containers: [{ name: 'app' }] }), 'none');
  t.end();
});

t.test('a Lease says what its replica enforces; one that can not be read says nothing', (t) => {
  const report = (text: string): unknown => {
    const annotations = { 'omnia.altairalabs.ai/enforced': text };
    const { resourceVersion, lagging } = projectReplica({
      ...objectWith({}),
      metadata: { name: 'a', namespace: 'n', annotations },
    });
    return { resourceVersion, lagging };
  };
  const text = '{"resourceVersion":"12","lagging":{"n/p":3,"n/q":"x"}}';
  t.strictSame(report(text), { resourceVersion: '12', lagging: { 'n/p': 3 } });
  t.strictSame(report('{'), { resourceVersion: '', lagging: {} });
  t.end();
});

t.test('the hash of an object is that of what the operator decides', (t) => {
  const object = objectWith({ spec: { b: 1, a: [{ d: 1, c: 2 }] } });
  const same = objectWith({ spec: { a: [{ c: 2, d: 1 }], b: 1 }, status: { seen: true } });
  const withOthers = {
    ...same,
    metadata: { ...same.metadata, labels: { team: 'x' }, annotations: { note: 'x' }, resourceVersion: '7' },
  };
  const dryRun = { ...same, metadata: { ...same.metadata, annotations: { 'istio.io/dry-run': 'true' } } };
  t.equal(contentHash(same), contentHash(object));
  t.equal(contentHash(withOthers), contentHash(object));
  t.not(contentHash(dryRun), contentHash(object));
  t.not(contentHash(objectWith({ spec: { b: 2 } })), contentHash(object));
  t.end();
});
