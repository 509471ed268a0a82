import t, { type Test } from 'tap';
import { createCheckClient, metadataOf, toolRequest, type CheckClient } from './testing/check-client.js';
import { refundPolicy } from './testing/policy-texts.js';
import { startProgram, type StartedProgram } from './testing/started-program.js';

const AGENT = 'spiffe://mesh.example/ns/production/sa/support-agent-facade';
const SERVED = { omnia_registries: 'production/customer-tools' };
const agentPolicy = `
apiVersion: omnia.altairalabs.ai/v1alpha1
kind: AgentPolicy
metadata: { name: support, namespace: production }
spec:
  selector: { agents: [support-agent] }
  toolAccess: { mode: denylist, rules: [{ registry: customer-tools, tools: [delete_account] }] }
`;

async function started(t: Test): Promise<{ program: StartedProgram; client: CheckClient }> {
  const program = await startProgram({
    policies: { 'a.yaml': refundPolicy(), 'b.yaml': agentPolicy },
    args: ['--agent-identity', 'principal', '--trust-domain', 'mesh.example'],
  });
  t.teardown(() => program.end('SIGKILL'));
  const client = createCheckClient(program.port);
  t.teardown(client.close);
  await program.ready();
  return { program, client };
}

const unnamed = { 'x-omnia-agent-name': '' };
const deleting = { ...unnamed, 'x-omnia-tool-name': 'delete_account' };

t.test('where agents are known by their certificates', async (t) => {
  const { program, client } = await started(t);
  const rule = async (...question: Parameters<CheckClient['check']>): Promise<string> => {
    const { outcome = '', rule = '' } = metadataOf(await client.check(...question));
    return outcome === 'denied' ? rule : outcome;
  };

  t.test('the agent of the peer is judged', async (t) => {
    const call = { principal: AGENT, extensions: SERVED, headers: deleting };
    t.equal(await rule(toolRequest(call)), 'tool-access');
    t.equal(await rule(toolRequest({ ...call, principal: AGENT.replace('support', 'sales') })), 'allowed');
    t.equal(await rule(toolRequest({ ...call, principal: AGENT.replace('production', 'other') })), 'allowed');
    t.equal(
      await rule(toolRequest({ ...call, principal: AGENT.replace('mesh.', 'evil.') })),
      'caller-unknown',
    );
    t.equal(await rule(toolRequest({ ...call, principal: '' })), 'caller-unknown');
    const forged = { ...call, headers: { ...deleting, 'x-omnia-agent-name': 'sales-agent' } };
    t.equal(await rule(toolRequest(forged)), 'agent-mismatch');
  });

  t.test('the log says whose identity it was', async (t) => {
    const call = { principal: AGENT, extensions: SERVED, headers: deleting };
    await client.check(toolRequest(call));
    const line = await program.logged(({ rule }) => rule === 'tool-access');
    t.match(line, { agent: 'support-agent', agentNamespace: 'production', principal: AGENT });
  });

  t.test('a proxy that does not say what it serves is refused', async (t) => {
    t.equal(await rule(toolRequest({ principal: AGENT, headers: unnamed })), 'not-attached');
  });

  t.test('ToolPolicies hold for callers that are no agents, too', async (t) => {
    const gateway = 'spiffe://mesh.example/ns/production/sa/gateway';
    const call = { principal: gateway, extensions: SERVED, headers: unnamed, body: '{"amount": 501}' };
    t.equal(await rule(toolRequest(call), { bodyMark: '65536' }), 'max-refund-amount');
  });

  t.test('a waypoint tells principal and registries with the question', async (t) => {
    const question = toolRequest({ headers: deleting });
    const told = (principal: string, registries = SERVED.omnia_registries) => ({
      metadata: [
        ['x-omnia-principal', principal],
        ['x-omnia-registries', registries],
      ] as const,
    });
    t.equal(await rule(question, told(AGENT)), 'tool-access');
    t.equal(await rule(question, told('-')), 'caller-unknown', 'Envoy does not know it');
    t.equal(await rule(question, told(AGENT, 'production/billing')), 'registry-not-served');
    const other = toolRequest({
      headers: deleting,
      extensions: SERVED,
      principal: AGENT.replace('support', 'sales'),
    });
    t.equal(await rule(other, told(AGENT, 'a/b')), 'allowed', 'what the Check says comes first');
  });
});

t.test('where agents are known by headers, nothing else is looked at', async (t) => {
  const program = await startProgram({ policies: { 'b.yaml': agentPolicy } });
  t.teardown(() => program.end('SIGKILL'));
  const client = createCheckClient(program.port);
  t.teardown(client.close);
  await program.ready();
  const call = toolRequest({ principal: AGENT, headers: { 'x-omnia-tool-name': 'delete_account' } });
  t.match(metadataOf(await client.check(call)), { outcome: 'denied', rule: 'tool-access' });
  const unnamedCall = toolRequest({ principal: AGENT, headers: deleting });
  t.match(metadataOf(await client.check(unnamedCall)), { outcome: 'allowed' });
});
