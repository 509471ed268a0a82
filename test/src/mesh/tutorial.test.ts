import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Answer } from '../send.js';
import { ROOT } from '../stack.js';
import { received, SUPPORT_CLAIMS } from '../tool-call.js';
import { until } from '../until.js';
import { untilEnforced } from '../until-enforced.js';
import { readListing } from '../walkthroughs.js';
import { startGovernedMesh } from './governed-mesh.js';
import { startGovernedAgent, startGovernedTool, type Wish } from './governed-workloads.js';
import { meshIsMissing } from './mesh.js';

const FOLDER = join(ROOT, 'test/testdata/walkthroughs/securing-agents');
const GOOD_REFUND = { amount: 40, reason: 'broken on arrival' };
const ALL_TOOLS = ['lookup_order', 'check_status', 'process_refund', 'delete_account'];

t.test('securing agents, step by step, with kubectl', { skip: meshIsMissing }, async (t) => {
  const mesh = await startGovernedMesh(t);
  const started = { mesh, namespace: 'production', teardown: t.teardown.bind(t) };
  const { apiServer } = mesh;
  await apiServer.createNamespace('production');
  const tool = await startGovernedTool({ ...started, name: 'customer-tools', tools: ALL_TOOLS });
  const agent = await startGovernedAgent({ ...started, name: 'support-agent', tool });

  const ask = (wish: Wish): Promise<Answer> => agent.ask({ claims: SUPPORT_CLAIMS, ...wish });
  const kubectlApply = async (file: string, edit = (text: string): string => text): Promise<void> => {
    const text = edit(readFileSync(join(FOLDER, file), 'utf8'));
    const { code, stderr } = await apiServer.kubectl(['apply', '-f', '-'], text);
    if (code !== 0) throw new Error(stderr);
  };
  const listed = async (kind: string): Promise<Record<string, string>> => {
    const { stdout } = await apiServer.kubectl(['get', kind, '-n', 'production']);
    return readListing(stdout).rows[0] ?? {};
  };
  const refuses = (rule: string) => (answer: Answer) => answer.status === 403 && answer.text.includes(rule);

  t.test('before there is a policy, every tool answers', async (t) => {
    for (const name of ALL_TOOLS) t.equal((await ask({ tool: name })).status, 200, name);
  });

  t.test('step 1: the mesh refuses what is not on the list', async (t) => {
    await kubectlApply('1-tool-access.yaml');
    // ext-authz knows the policy too, and may be the first of the two to have it.
    const refused = await untilEnforced(
      () => ask({ tool: 'delete_account' }),
      ({ text }) => text === 'RBAC: access denied',
    );
    t.equal(refused.status, 403);
    for (const name of ALL_TOOLS.slice(0, 3)) t.equal((await ask({ tool: name })).status, 200, name);
    const row = await until(
      async () => {
        const shown = await listed('agentpolicies');
        return shown.PHASE === 'Active' && shown;
      },
      { what: 'the policy is Active' },
    );
    t.match(row, { NAME: 'support-agent-policy', MODE: 'enforce', PHASE: 'Active', MATCHED: '1' });
  });

  t.test('step 2: who the user is arrives at the tool, and only what the token says', async (t) => {
    await kubectlApply('2-claims.yaml');
    const forged: [string, string][] = [['X-Omnia-Claim-Team', 'admins']];
    const answer = await untilEnforced(
      () => ask({ tool: 'lookup_order', headers: forged }),
      (one) => one.status === 200 && received(one).headers['x-omnia-claim-customer-id'] === 'c-1',
    );
    t.equal(received(answer).headers['x-omnia-claim-team'], 'support');
    const anonymous = await ask({ tool: 'lookup_order', claims: null, headers: forged });
    t.notOk('x-omnia-claim-team' in received(anonymous).headers);
  });

  t.test('steps 3 and 4: in audit mode a refund over the limit passes and is logged', async (t) => {
    await kubectlApply('3-guardrails-audit.yaml');
    const answer = await untilEnforced(
      () => ask({ tool: 'process_refund', body: GOOD_REFUND }),
      (one) => one.status === 200 && received(one).headers['x-processed-by'] === 'support',
    );
    t.same(received(answer).body, GOOD_REFUND);
    t.equal((await ask({ tool: 'process_refund', body: { ...GOOD_REFUND, amount: 600 } })).status, 200);
    const line = await until(() => mesh.extAuthz.log.find((one) => one.includes('"wouldDeny":true')), {
      what: 'the would-be denial is logged',
    });
    t.match(JSON.parse(line), {
      msg: 'policy_decision',
      decision: 'deny',
      mode: 'audit',
      policy: 'refund-guardrails',
      rule: 'max-refund-amount',
      message: 'Refund amount exceeds the $500 limit',
      namespace: 'production',
      agent: 'support-agent',
    });
    t.match(await listed('toolpolicies'), { REGISTRY: 'customer-tools', MODE: 'audit', RULES: '2' });
  });

  t.test('step 5: in enforce mode it is refused', async (t) => {
    await kubectlApply('5-guardrails-enforce.yaml');
    const refused = await untilEnforced(
      () => ask({ tool: 'process_refund', body: { ...GOOD_REFUND, amount: 600 } }),
      refuses('max-refund-amount'),
    );
    t.equal(
      refused.text,
      '{"error":"policy_denied","rule":"max-refund-amount","message":"Refund amount exceeds the $500 limit"}',
    );
    t.match((await ask({ tool: 'process_refund', body: { amount: 40 } })).text, 'require-reason');
    const anonymous = await ask({ tool: 'process_refund', body: GOOD_REFUND, claims: null });
    t.match(anonymous.text, 'required-claim:Team');
    t.equal((await ask({ tool: 'process_refund', body: GOOD_REFUND })).status, 200);
    t.match(await listed('toolpolicies'), { MODE: 'enforce', PHASE: 'Active', RULES: '2' });
  });

  t.test('permissive: the mesh logs and lets pass', async (t) => {
    await kubectlApply('2-claims.yaml', (text) => text.replace(/^spec:$/m, 'spec:\n  mode: permissive'));
    const answer = await untilEnforced(
      () => ask({ tool: 'delete_account' }),
      ({ status }) => status === 200,
    );
    t.equal(answer.status, 200);
    const shadow = await tool.sidecar.stats('rbac.*shadow_denied$');
    t.ok([...shadow.values()].some((count) => count > 0));
    t.ok(mesh.extAuthz.log.some((line) => line.includes('"rule":"tool-access"')));
  });

  t.test('without its policies the tool answers to all again', async (t) => {
    await apiServer.kubectl(['delete', 'agentpolicy,toolpolicy', '--all', '-n', 'production']);
    await untilEnforced(
      () => ask({ tool: 'process_refund', body: { amount: 600 }, claims: null }),
      ({ status }) => status === 200,
    );
    const { stdout } = await apiServer.kubectl(['get', 'authorizationpolicies', '-A', '-o', 'name']);
    t.equal(stdout.trim(), '');
  });
});
