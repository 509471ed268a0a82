import { compilePolicySet } from '@omnia-policy/policy';
import t from 'tap';
import { parsePolicyFile } from './read-policy-file.js';

const parse = (text: string) => parsePolicyFile('f.yaml', Buffer.from(text));

t.test('the items of a list are documents of their own', (t) => {
  const { documents } = parse('apiVersion: v1\nkind: List\nitems:\n- a: 1\n- null\n- b: 2\n---\nc: 3\n');
  t.strictSame(documents, [
    { origin: 'f.yaml', value: { a: 1 } },
    { origin: 'f.yaml#3', value: { b: 2 } },
    { origin: 'f.yaml#4', value: { c: 3 } },
  ]);
  t.strictSame(parse('{apiVersion: v1, kind: List, items: []}').documents, []);
  t.end();
});

t.test('what only looks like a list is left to the policies to refuse', (t) => {
  for (const text of [
    '{apiVersion: v1, kind: List}',
    '{apiVersion: v1, kind: List, items: {}}',
    '{kind: List, items: [1]}',
  ])
    t.equal(parse(text).documents.length, 1);
  t.end();
});

t.test('a list holds no more than the documents of a file', (t) => {
  const list = (count: number): string => `apiVersion: v1\nkind: List\nitems:\n${'- a\n'.repeat(count)}`;
  t.equal(parse(list(1000)).documents.length, 1000);
  t.match(parse(`---\na\n---\n${list(1000)}`).problem, {
    code: 'invalid-yaml',
    message: /more than 1000 documents/,
    line: 3,
  });
  t.end();
});

/** As `kubectl get toolpolicies -o yaml` writes them; the second has a mistake. */
const fromCluster = `apiVersion: v1
items:
- apiVersion: omnia.altairalabs.ai/v1alpha1
  kind: ToolPolicy
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: "{}"
    creationTimestamp: "2025-01-01T00:00:00Z"
    generation: 1
    name: first
    namespace: production
    resourceVersion: "7"
    uid: 0b3c
  spec:
    selector: {registry: tools}
    rules: [{name: never, deny: {cel: "false", message: never}}]
  status:
    phase: Active
- apiVersion: omnia.altairalabs.ai/v1alpha1
  kind: ToolPolicy
  metadata: {name: second, namespace: production}
  spec:
    selector: {registry: tools}
    rules:
    - name: limit
      deny:
        cel: |
          body.amount > 1.0 &&
          bdy.amount > 2.0
        message: too much
- apiVersion: omnia.altairalabs.ai/v1alpha1
  kind: ToolPolicy
  metadata: {name: third, namespace: production}
kind: List
metadata:
  resourceVersion: ""
`;

t.test('problems of an item have their place in the file', (t) => {
  const content = parse(fromCluster);
  const { entries } = compilePolicySet(content.documents, { revision: '1' });
  const problems = entries.flatMap(({ origin, problems }) =>
    problems.map((problem) => ({ origin, ...content.locate(origin, problem) })),
  );
  t.match(problems, [
    { origin: 'f.yaml#2', path: 'spec.rules[0].deny.cel', code: 'invalid-cel', line: 29, column: 11 },
    { origin: 'f.yaml#3', path: 'spec', code: 'missing-field', line: 31, column: 3 },
  ]);
  t.end();
});
