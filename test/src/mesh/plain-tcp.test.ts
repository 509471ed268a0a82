import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { send } from '../send.js';
import { received } from '../tool-call.js';
import { untilEnforced } from '../until-enforced.js';
import { startGovernedMesh } from './governed-mesh.js';
import { startGovernedAgent, startGovernedTool } from './governed-workloads.js';
import { meshIsMissing } from './mesh.js';

t.test('what a tool workload serves beside its tools', { skip: meshIsMissing }, async (t) => {
  const mesh = await startGovernedMesh(t);
  const started = { mesh, namespace: 'production', teardown: t.teardown.bind(t) };
  await mesh.apiServer.createNamespace('production');
  const tool = await startGovernedTool({
    ...{ ...started, name: 'customer-tools', tools: ['lookup_order', 'delete_account'] },
    others: [
      { name: 'http-admin', protocol: 'HTTP' },
      { name: 'tcp-store', protocol: 'TCP' },
    ],
  });
  const agent = await startGovernedAgent({ ...started, name: 'support', tool });

  const untilHeld = async (test: typeof t): Promise<void> => {
    const refused = await untilEnforced(
      () => agent.ask({ tool: 'delete_account' }),
      (answer) => answer.text === 'RBAC: access denied',
    );
    test.equal(refused.status, 403);
  };
  for (const { mode, tools } of [
    { mode: 'allowlist', tools: ['lookup_order'] },
    { mode: 'denylist', tools: ['delete_account'] },
  ]) {
    t.test(`under an ${mode} of the agent, plain TCP goes on`, async (t) => {
      await mesh.apiServer.apply([agentPolicy(mode, tools)]);
      await untilHeld(t);
      t.equal((await agent.ask({ tool: 'lookup_order' })).status, 200);
      t.equal(await echoed(agent.others['tcp-store'], 'GET / HTTP/1.1\r\n\r\n'), 'GET / HTTP/1.1\r\n\r\n');
    });

    t.test(`under an ${mode} of the agent, HTTP on a port that no registry names goes on`, async (t) => {
      const url = `http://127.0.0.1:${agent.others['http-admin'] ?? 0}`;
      const host = `customer-tools.support.test`;
      const plain = await send(url, { host, method: 'GET', path: '/metrics', headers: [] });
      t.equal(plain.status, 200);
      const claimed: [string, string] = ['x-omnia-claim-team', 'support'];
      const named: [string, string] = ['x-omnia-tool-name', 'delete_account'];
      const answer = await send(url, { host, headers: [named, claimed], body: '{}' });
      t.equal(answer.status, 200);
      t.equal(received(answer).headers['x-omnia-claim-team'], 'support', 'our filters are not there');
    });
  }

  t.test('Envoy has taken everything that the operator made', async (t) => {
    const rejected = [...(await tool.sidecar.stats('update_rejected$'))].filter(([, count]) => count > 0);
    t.strictSame(rejected, []);
  });
});

async function echoed(port: number | undefined, message: string): Promise<string> {
  const socket = connect({ port: port ?? 0, host: '127.0.0.1' });
  socket.end(message);
  return text(socket);
}

function agentPolicy(mode: string, tools: readonly string[]): object {
  return {
    ...{ apiVersion: 'omnia.altairalabs.ai/v1alpha1', kind: 'AgentPolicy' },
    metadata: { namespace: 'production', name: 'tools' },
    spec: { toolAccess: { mode, rules: [{ registry: 'customer-tools', tools }] } },
  };
}
