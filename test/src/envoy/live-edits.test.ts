import t from 'tap';
import { startStack, type Stack } from '../stack.js';
import { callTool, received } from '../tool-call.js';
import { untilEnforced } from '../until-enforced.js';

const toolPolicy = (name: string, rule: string): string => `
apiVersion: omnia.altairalabs.ai/v1alpha1
kind: ToolPolicy
metadata:
  name: ${name}
  namespace: production
spec:
  selector:
    registry: customer-tools
  rules:
    - name: ${name}
      deny:
        cel: '${rule}'
        message: refused by ${name}
`;

const agentPolicy = (claims: string): string => `
apiVersion: omnia.altairalabs.ai/v1alpha1
kind: AgentPolicy
metadata: { name: claims, namespace: production }
spec:
  claimMapping:
    forwardClaims: ${claims}
`;

interface Entry {
  name: string;
  phase: string;
  enforced: string;
  problems: { path: string; code: string; message: string; line?: number; column?: number }[];
}

interface Report {
  entries: Entry[];
  files: { file: string; problem: { code: string; line?: number } }[];
}

async function report(stack: Stack): Promise<Report> {
  return (await (await fetch(`${stack.ops}/policies`)).json()) as Report;
}

const entries = async (stack: Stack): Promise<Entry[]> => (await report(stack)).entries;
const filesWithProblems = async (stack: Stack): Promise<Report['files']> => (await report(stack)).files;

const status = async (stack: Stack): Promise<number> => (await callTool(stack, { body: {} })).status;

t.test('files that come, change and go', async (t) => {
  const stack = await startStack({ policies: { 'a.yaml': toolPolicy('a', 'false') } });
  t.teardown(() => stack.stop());
  const becomes = (expected: number): Promise<number> =>
    untilEnforced(
      () => status(stack),
      (got) => got === expected,
    );

  t.equal(await status(stack), 200);
  stack.writePolicy('b.yaml', toolPolicy('b', 'true'));
  await becomes(403);
  stack.writePolicy('b.yaml', toolPolicy('b', 'false'));
  await becomes(200);
  stack.writePolicy('b.yaml', toolPolicy('b', 'true'));
  await becomes(403);

  t.test('a broken edit is reported and the last good version holds', async (t) => {
    stack.writePolicy('b.yaml', toolPolicy('b', 'body.amount >'));
    const [broken] = await untilEnforced(
      async () => (await entries(stack)).filter(({ phase }) => phase === 'Error'),
      (found) => found.length === 1,
    );
    t.match(broken, { name: 'b', enforced: 'last-good' });
    t.match(broken?.problems[0], { path: 'spec.rules[0].deny.cel', code: 'invalid-cel', line: 13 });
    t.equal(await status(stack), 403);
    t.ok(
      stack.stdout.all.some((line) => line.includes('invalid-cel')),
      'in the log too',
    );
  });

  t.test('so it does when the file is no YAML any more', async (t) => {
    stack.writePolicy('b.yaml', 'a: [');
    await untilEnforced(
      () => filesWithProblems(stack),
      (files) => files.some(({ file, problem }) => file === 'b.yaml' && problem.code === 'invalid-yaml'),
    );
    t.equal(await status(stack), 403);
  });

  t.test('a policy that never compiled fails the calls that it selects', async (t) => {
    stack.removePolicy('b.yaml');
    await becomes(200);
    stack.writePolicy('c.yaml', toolPolicy('c', 'bdy.amount > 1'));
    await becomes(403);
    const other = await callTool(stack, { registry: 'other-tools', body: {} });
    t.equal(other.status, 200);
    stack.removePolicy('c.yaml');
    await becomes(200);
  });

  t.test('a removed file is forgotten', async (t) => {
    stack.writePolicy('d.yaml', toolPolicy('d', 'true'));
    await becomes(403);
    stack.removePolicy('d.yaml');
    await becomes(200);
    t.same(
      (await entries(stack)).map(({ name }) => name),
      ['a'],
    );
  });
});

t.test('a changed claim mapping reaches the filter', async (t) => {
  const stack = await startStack({ policies: { 'claims.yaml': agentPolicy('[]') } });
  t.teardown(() => stack.stop());
  const team = async (): Promise<unknown> =>
    received(await callTool(stack, { body: {} })).headers['x-omnia-claim-team'];
  t.equal(await team(), undefined);
  stack.writePolicy('claims.yaml', agentPolicy('[{ claim: team, header: X-Omnia-Claim-Team }]'));
  await untilEnforced(team, (got) => got === 'support');
  stack.writePolicy('claims.yaml', agentPolicy('[{ claim: customer_id, header: X-Omnia-Claim-Team }]'));
  await untilEnforced(team, (got) => got === 'c-1');
});
