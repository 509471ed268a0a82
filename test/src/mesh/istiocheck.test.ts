import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { istiocheck } from '../tools/istiocheck.js';

const skip = missingTools('istiocheck');

function policy(spec: string): string {
  return [
    'apiVersion: security.istio.io/v1',
    'kind: AuthorizationPolicy',
    'metadata: {name: p, namespace: tools}',
    `spec: ${spec}`,
  ].join('\n');
}

t.test('a good policy is shown with what Envoy gets of it', { skip }, (t) => {
  const when = '{key: "request.headers[x-omnia-tool-name]", notValues: [search]}';
  const [verdict] = istiocheck(
    policy(`{action: DENY, rules: [{to: [{operation: {ports: ["8080"]}}], when: [${when}]}]}`),
  );
  t.match(verdict, { known: true, error: undefined, warning: undefined });
  t.match(
    JSON.stringify(verdict?.httpFilters),
    /"name":"x-omnia-tool-name","stringMatch":{"exact":"search"}/,
  );
  t.end();
});

t.test('what an API server with the definitions alone would take is refused', { skip }, (t) => {
  const verdicts = istiocheck(
    [
      policy('{action: DENY, rules: [{when: [{key: "request.header[x]", values: [a]}]}]}'),
      policy('{action: DENY}'),
      policy('{acton: DENY}'),
    ].join('\n---\n'),
  );
  t.match(verdicts, [{ error: /unknown attribute/ }, { error: /rules/ }, { error: /unknown field "acton"/ }]);
  t.end();
});

t.test('an object that is none of Istio’s is said to be unknown', { skip }, (t) => {
  t.strictSame(istiocheck('{apiVersion: v1, kind: Service, metadata: {name: s, namespace: tools}}'), [
    { kind: 'Service', namespace: 'tools', name: 's', known: false },
  ]);
  t.end();
});
