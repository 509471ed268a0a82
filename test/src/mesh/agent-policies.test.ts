import t from 'tap';
import type { Answer } from '../send.js';
import { until } from '../until.js';
import { untilEnforced } from '../until-enforced.js';
import { startGovernedMesh } from './governed-mesh.js';
import { startGovernedAgent, startGovernedTool, type GovernedAgent } from './governed-workloads.js';
import { meshIsMissing } from './mesh.js';

const TOOLS = ['search', 'lookup', 'refund'];
const BY_MESH = 'RBAC: access denied';

t.test('agents of one mesh, each under its own policies', { skip: meshIsMissing }, async (t) => {
  const mesh = await startGovernedMesh(t);
  const { apiServer } = mesh;
  const started = { mesh, teardown: t.teardown.bind(t) };
  for (const namespace of ['production', 'staging']) await apiServer.createNamespace(namespace);
  const tools = { ...started, name: 'customer-tools', tools: TOOLS };
  const production = await startGovernedTool({ ...tools, namespace: 'production' });
  const staging = await startGovernedTool({ ...tools, namespace: 'staging' });
  const inProduction = { ...started, namespace: 'production', tool: production };
  const support = await startGovernedAgent({ ...inProduction, name: 'support' });
  const sales = await startGovernedAgent({ ...inProduction, name: 'sales' });
  const namesake = await startGovernedAgent({
    ...{ ...started, namespace: 'staging', tool: staging },
    name: 'support',
  });
  // Its calls go to production's tools.
  const stranger = await startGovernedAgent({ ...inProduction, namespace: 'staging', name: 'stranger' });

  t.test('two policies on one agent must both let a call pass', async (t) => {
    await apiServer.apply([
      agentPolicy('first', { agents: ['support'], mode: 'allowlist', tools: ['search', 'lookup'] }),
      agentPolicy('second', { agents: ['support'], mode: 'allowlist', tools: ['lookup', 'refund'] }),
    ]);
    await untilRefused(support, 'search');
    await untilRefused(support, 'refund');
    t.equal((await support.ask({ tool: 'lookup' })).status, 200);
  });

  t.test('a denylist takes away what it lists', async (t) => {
    await apiServer.apply([agentPolicy('sales', { agents: ['sales'], mode: 'denylist', tools: ['refund'] })]);
    await untilRefused(sales, 'refund');
    t.equal((await sales.ask({ tool: 'search' })).status, 200);
    t.equal((await sales.ask({ tool: 'lookup' })).status, 200);
  });

  t.test('nothing of it reaches the agent of that name in another namespace', async (t) => {
    for (const tool of TOOLS) t.equal((await namesake.ask({ tool })).status, 200, tool);
  });

  t.test('an agent that says it is another one is refused, whatever the other one may', async (t) => {
    const asSales = await support.send(direct({ agent: 'sales', tool: 'search' }));
    t.equal(asSales.status, 403);
    const asSupport = await sales.send(direct({ agent: 'support', tool: 'search' }));
    t.equal(asSupport.status, 403);
    t.match(asSupport.text, 'agent-mismatch');
    t.equal((await sales.send(direct({ agent: 'sales', tool: 'search' }))).status, 200);
  });

  t.test('an agent that says nothing of itself is known all the same', async (t) => {
    t.equal((await sales.send(direct({ tool: 'search' }))).status, 200);
    t.equal((await sales.send(direct({ tool: 'refund' }))).status, 403);
  });

  t.test('a list of two values, one of them allowed, does not get through', async (t) => {
    const doubled = direct({ agent: 'support', tool: 'lookup' });
    const answer = await support.send({
      ...doubled,
      headers: [...doubled.headers, ['x-omnia-tool-name', 'refund']],
    });
    t.equal(answer.status, 403);
    t.match(answer.text, 'ambiguous-call');
  });

  t.test('an allowlist holds in other namespaces too', async (t) => {
    await apiServer.apply([
      agentPolicy('stranger', {
        ...{ namespace: 'staging', agents: ['stranger'], mode: 'allowlist', tools: TOOLS },
      }),
    ]);
    const answer = await untilEnforced(
      () => stranger.ask({ tool: 'search' }),
      ({ status }) => status === 403,
    );
    t.match(answer.text, 'tool-access');
  });

  t.test('policies of one namespace say nothing of registries of that name in another', async (t) => {
    await apiServer.apply([noRefunds('production')]);
    await untilEnforced(
      () => stranger.send(direct({ agent: 'stranger', tool: 'refund' })),
      ({ status }) => status === 403,
    );
    const inStaging = await namesake.ask({ tool: 'refund' });
    t.equal(inStaging.status, 200);
  });

  t.test('Envoy has taken everything that the operator made', async (t) => {
    for (const { sidecar } of [production, staging, support, sales, namesake, stranger]) {
      const rejected = [...(await sidecar.stats('update_rejected$'))].filter(([, count]) => count > 0);
      t.strictSame(rejected, []);
    }
  });

  t.test('the statuses say what is enforced', async (t) => {
    const statuses = await until(
      async () => {
        const { stdout } = await apiServer.kubectl(['get', 'agentpolicies,toolpolicies', '-A', '-o', 'json']);
        const { items } = JSON.parse(stdout) as { items: { status?: { phase?: string } }[] };
        return items.every(({ status }) => status?.phase === 'Active') && items;
      },
      { what: 'all policies are Active' },
    );
    t.equal(statuses.length, 5);
  });
});

async function untilRefused(agent: GovernedAgent, tool: string): Promise<Answer> {
  return untilEnforced(
    () => agent.ask({ tool }),
    ({ text }) => text === BY_MESH,
  );
}

/** As the agent's program could send it, whatever is in it. */
function direct({ agent, tool }: { agent?: string; tool: string }): Parameters<GovernedAgent['send']>[0] {
  return {
    headers: [
      ...(agent === undefined ? [] : [['x-omnia-agent-name', agent] as const]),
      ['x-omnia-namespace', 'production'],
      ['x-omnia-tool-registry', 'customer-tools'],
      ['x-omnia-tool-name', tool],
      ['content-type', 'application/json'],
    ],
    body: '{}',
  };
}

interface Access {
  readonly namespace?: string;
  readonly agents: readonly string[];
  readonly mode: 'allowlist' | 'denylist';
  readonly tools: readonly string[];
}

function agentPolicy(name: string, { namespace = 'production', agents, mode, tools }: Access): object {
  return {
    ...{ apiVersion: 'omnia.altairalabs.ai/v1alpha1', kind: 'AgentPolicy', metadata: { namespace, name } },
    spec: { selector: { agents }, toolAccess: { mode, rules: [{ registry: 'customer-tools', tools }] } },
  };
}

function noRefunds(namespace: string): object {
  return {
    ...{ apiVersion: 'omnia.altairalabs.ai/v1alpha1', kind: 'ToolPolicy' },
    metadata: { namespace, name: 'no-refunds' },
    spec: {
      selector: { registry: 'customer-tools', tools: ['refund'] },
      rules: [{ name: 'none', deny: { cel: 'true', message: 'no refunds today' } }],
    },
  };
}
