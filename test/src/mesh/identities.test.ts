import t from 'tap';
import { send, type Answer } from '../send.js';
import { received } from '../tool-call.js';
import { untilEnforced } from '../until-enforced.js';
import { startAgentWorkload, type AgentWorkload } from './agent-workload.js';
import { meshIsMissing, startMesh } from './mesh.js';
import { startToolWorkload } from './tool-workload.js';

t.test('who a caller is in the mesh', { skip: meshIsMissing }, async (t) => {
  const mesh = await startMesh(t);
  const started = { mesh, teardown: t.teardown.bind(t) };
  await mesh.apiServer.createNamespace('production');
  await mesh.apiServer.createNamespace('tools');
  const tool = await startToolWorkload({ ...started, namespace: 'tools', name: 'refunds' });
  const agents = { ...started, namespace: 'production', tool };
  const support = await startAgentWorkload({ ...agents, name: 'support' });
  const other = await startAgentWorkload({ ...agents, name: 'other' });

  t.test('the tool service is told the account whose certificate the agent’s sidecar showed', async (t) => {
    const answer = await call(support, 'search');
    t.equal(answer.status, 200);
    t.match(received(answer).headers['x-forwarded-client-cert'], `URI=${support.principal}`);
    t.equal(support.principal, 'spiffe://cluster.local/ns/production/sa/support-facade');
  });

  t.test('a caller without a certificate gets no connection', async (t) => {
    const plaintext = send(`http://127.0.0.1:${tool.port}`, { headers: [] });
    await t.rejects(plaintext, { code: 'ECONNRESET' });
  });

  t.test('a policy for an account refuses its unlisted tools, and nobody else’s', async (t) => {
    await mesh.apiServer.apply([
      denyAllBut(['search', 'lookup'], { principal: support.principal, port: tool.port }),
    ]);
    const refused = await untilEnforced(
      () => call(support, 'process_refund'),
      ({ status }) => status === 403,
    );
    t.equal(refused.text, 'RBAC: access denied');
    t.equal((await call(support, 'search')).status, 200);
    t.equal((await call(support, 'lookup')).status, 200);
    t.equal((await call(other, 'process_refund')).status, 200);
  });

  t.test('an agent’s name in a header changes nothing', async (t) => {
    const asSupport: [string, string] = ['x-omnia-agent-name', 'support'];
    const asOther: [string, string] = ['x-omnia-agent-name', 'other'];
    t.equal((await call(other, 'process_refund', asSupport)).status, 200);
    t.equal((await call(support, 'process_refund', asOther)).status, 403);
  });

  t.test('Envoy has taken everything that Istio made of it', async (t) => {
    for (const { sidecar } of [tool, support, other]) {
      const rejected = [...(await sidecar.stats('update_rejected$'))];
      t.ok(rejected.length > 0);
      t.strictSame(
        rejected.filter(([, count]) => count > 0),
        [],
      );
    }
  });
});

function call(agent: AgentWorkload, tool: string, ...more: [string, string][]): Promise<Answer> {
  return agent.send({ headers: [['x-omnia-tool-name', tool], ...more] });
}

function denyAllBut(tools: readonly string[], of: { principal: string; port: number }): object {
  return {
    ...{ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy' },
    metadata: { name: 'listed-tools', namespace: 'tools' },
    spec: {
      ...{ selector: { matchLabels: { app: 'refunds' } }, action: 'DENY' },
      rules: [
        {
          from: [{ source: { principals: [of.principal.replace('spiffe://', '')] } }],
          to: [{ operation: { ports: [String(of.port)] } }],
          when: [{ key: 'request.headers[x-omnia-tool-name]', notValues: tools }],
        },
      ],
    },
  };
}
