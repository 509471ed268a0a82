import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { EXAMPLE, startStack } from '../stack.js';
import { decisionLines, policyDecision } from '../decision-lines.js';
import { callTool, received, tokenFor } from '../tool-call.js';
import { untilEnforced } from '../until-enforced.js';

const guardrails = readFileSync(join(EXAMPLE, 'refund-guardrails.yaml'), 'utf8');
const agentPolicy = readFileSync(join(EXAMPLE, 'support-agent-policy.yaml'), 'utf8');
const GOOD_REFUND = { amount: 40, reason: 'broken on arrival' };

t.test('steps 1 and 2: the allowlist and the claim headers', async (t) => {
  const stack = await startStack({ policies: { 'support-agent-policy.yaml': agentPolicy } });
  t.teardown(() => stack.stop());
  for (const tool of ['lookup_order', 'check_status', 'process_refund']) {
    const answer = await callTool(stack, { tool, body: {} });
    t.equal(answer.status, 200, tool);
    const { headers } = received(answer);
    t.equal(headers['x-omnia-claim-team'], 'support');
    t.equal(headers['x-omnia-claim-customer-id'], 'c-1');
    t.ok(answer.headers['x-omnia-decision-id']);
  }
  const refused = await callTool(stack, { tool: 'delete_account', body: {} });
  t.equal(refused.status, 403);
  t.match(JSON.parse(refused.text), {
    error: 'policy_denied',
    rule: 'tool-access',
    message: /delete_account/,
  });
});

t.test('steps 3 to 5: from audit to enforce', async (t) => {
  const stack = await startStack();
  t.teardown(() => stack.stop());

  t.test('a refund within the rules passes, with the injected header', async (t) => {
    const answer = await callTool(stack, { body: GOOD_REFUND });
    t.equal(answer.status, 200);
    const { headers, body, method, path } = received(answer);
    t.equal(headers['x-processed-by'], 'support');
    t.same({ body, method, path }, { body: GOOD_REFUND, method: 'POST', path: '/v1/refund' });
  });

  t.test('in audit mode a refund over the limit passes and is logged', async (t) => {
    const answer = await callTool(stack, { body: { ...GOOD_REFUND, amount: 600 } });
    t.equal(answer.status, 200);
    t.equal(received(answer).headers['x-processed-by'], 'support');
    const line = await policyDecision(stack, answer);
    t.match(line, {
      msg: 'policy_decision',
      decision: 'deny',
      wouldDeny: true,
      mode: 'audit',
      policy: 'refund-guardrails',
      rule: 'max-refund-amount',
      message: 'Refund amount exceeds the $500 limit',
      path: '/v1/refund',
      method: 'POST',
      namespace: 'production',
      agent: 'support-agent',
      registry: 'customer-tools',
      tool: 'process_refund',
    });
  });

  t.test('in enforce mode the same refund is refused, byte for byte', async (t) => {
    stack.writePolicy('refund-guardrails.yaml', guardrails.replace('mode: audit', 'mode: enforce'));
    const answer = await untilEnforced(
      () => callTool(stack, { body: { ...GOOD_REFUND, amount: 600 } }),
      ({ status }) => status === 403,
    );
    t.equal(
      answer.text,
      '{"error":"policy_denied","rule":"max-refund-amount","message":"Refund amount exceeds the $500 limit"}',
    );
    t.equal(answer.headers['content-type'], 'application/json');
    t.match(await policyDecision(stack, answer), { decision: 'deny', wouldDeny: false, mode: 'enforce' });
    const withoutReason = await callTool(stack, { body: { amount: 40 } });
    t.equal(
      withoutReason.text,
      '{"error":"policy_denied","rule":"require-reason","message":"A reason is required for refund requests"}',
    );
    t.equal((await callTool(stack, { body: GOOD_REFUND })).status, 200);
  });

  t.test('a user without a team is refused before the rules run', async (t) => {
    const answer = await callTool(stack, { token: tokenFor({ customer_id: 'c-1' }), body: GOOD_REFUND });
    t.equal(answer.status, 403);
    t.equal(
      answer.text,
      '{"error":"policy_denied","rule":"required-claim:Team","message":"Team claim is required for refund operations"}',
    );
  });

  t.test('the log never holds the token', (t) => {
    t.notOk(decisionLines(stack).some((line) => JSON.stringify(line).includes('eyJ')));
    t.end();
  });
});
