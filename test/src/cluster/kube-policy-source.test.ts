import {
  createKubeClient,
  createKubePolicySource,
  TOOL_POLICIES,
  type KubeObject,
  type KubePolicySource,
} from '@omnia-policy/kube';
import type { PolicySet } from '@omnia-policy/policy';
import { silentLogger } from '@omnia-policy/service';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import { startApiServer } from './api-server.js';
import { installCrds } from './crds.js';
import { gatedKubeconfig } from './gated-kubeconfig.js';
import { startTcpGate } from './tcp-gate.js';

const skip = missingTools('etcd', 'kube-apiserver', 'kubectl');
const crds = (file: string): string =>
  fileURLToPath(new URL(`../../../manifests/crds/${file}.yaml`, import.meta.url));

// The tests follow each other on one server; each finds what those before it left.
t.test('policies from a real API server', { skip }, async (t) => {
  const server = await startApiServer(t);
  const gate = await startTcpGate(Number(new URL(server.url).port));
  t.teardown(gate.close);
  const client = await createKubeClient({ kubeconfig: server.kubeconfig });
  t.teardown(client.close);
  const gated = await createKubeClient({ kubeconfig: gatedKubeconfig(t, server, gate), timeoutMs: 2_000 });
  t.teardown(gated.close);
  const stopping = new AbortController();
  t.teardown(() => {
    stopping.abort();
  });
  const source = createKubePolicySource({
    ...{ client: gated, logger: silentLogger },
    timing: { missingKindMs: 100, backoff: { firstMs: 20, maxMs: 200 } },
  });
  const sets: PolicySet[] = [];
  const started = source.start((set) => sets.push(set), stopping.signal);
  const denies = (set = sets.at(-1)): string[] =>
    (set?.toolPolicies('default', 'tools', 'refund') ?? []).map(
      ({ ref, rules }) => `${ref.name} ${rules.map(({ message }) => message).join()}`,
    );
  const untilDenies = (...what: string[]): Promise<unknown> =>
    until(() => JSON.stringify(denies()) === JSON.stringify(what), {
      what: `in force is ${what.join(', ')}`,
      details: () => denies().join(', '),
    });

  t.test('come only when every kind of policy can be listed', async (t) => {
    await installCrds(server, crds('toolpolicies'));
    await client.apply(TOOL_POLICIES, policy('a', 'first'));
    await until(() => stateOf(source, 'ToolPolicy') === 'synced', { what: 'ToolPolicies are listed' });
    t.equal(sets.length, 0, 'AgentPolicies are not');
    t.equal(source.report().complete, false);
    t.strictSame(source.resourceVersions(), {});
    await installCrds(server, crds('agentpolicies'));
    await started;
    t.strictSame(denies(sets[0]), ['a first']);
    t.match(source.report(), { complete: true, unreadable: undefined });
    t.equal(stateOf(source, 'ToolRegistry'), 'missing', 'the platform may have none');
  });

  t.test('are those of every kind, also of one that is installed later', async (t) => {
    await installCrds(server, crds('companion-crds'));
    await server.apply([
      companion('ToolRegistry', 'tools', { handlers: [{ name: 'all', type: 'mcp' }] }),
      companion('AgentRuntime', 'usual', {}),
      companion('AgentRuntime', 'special', { podOverrides: { serviceAccountName: 'robot' } }),
    ]);
    await until(() => sets.at(-1)?.speaksMcp('default', 'tools'), { what: 'the registry is known' });
    await until(() => objectsOf(source, 'AgentRuntime') === 1, {
      what: 'the agent with an account is known',
    });
    t.notOk(JSON.stringify(sets.at(-1)?.documents).includes('usual'));
  });

  t.test('change when an author changes them, and not when a status does', async (t) => {
    const count = sets.length;
    const status = { ...policy('a', 'first'), status: { phase: 'Active' } };
    const { metadata } = await client.apply(TOOL_POLICIES, status, { subresource: 'status' });
    const hasStatus = (): boolean => isUpTo(source, metadata.resourceVersion);
    await until(hasStatus, { what: 'the source has seen the status' });
    t.equal(sets.length, count);
    const stored = await client.apply(TOOL_POLICIES, policy('a', 'second'));
    await untilDenies('a second');
    t.ok(isUpTo(source, stored.metadata.resourceVersion));
    t.match(
      sets.at(-1)?.entries.find(({ name }) => name === 'a'),
      { origin: 'ToolPolicy/default/a', generation: 2 },
    );
    t.not(sets.at(-1)?.revision, sets.at(-2)?.revision);
  });

  t.test('that come together make few sets', async (t) => {
    const count = sets.length;
    const names = Array.from({ length: 40 }, (_, index) => `many-${index}`);
    await server.apply(names.map((name) => policy(name, 'x', 'other')));
    await until(() => objectsOf(source, 'ToolPolicy') === 41 && sets.at(-1)?.entries.length === 43, {
      what: 'all are in force',
    });
    t.ok(sets.length - count < 20, `${sets.length - count} sets`);
    await untilDenies('a second');
  });

  t.test('stay while the server is away, and follow it when it has forgotten the past', async (t) => {
    const count = sets.length;
    gate.cut();
    await until(() => source.report().unreadable !== undefined, {
      what: 'the source knows that it is cut off',
    });
    await client.apply(TOOL_POLICIES, policy('b', 'new'));
    await client.delete(TOOL_POLICIES, { namespace: 'default', name: 'many-0' });
    await server.compact();
    await server.restart();
    t.equal(sets.length, count);
    gate.open();
    await untilDenies('a second', 'b new');
    t.equal(objectsOf(source, 'ToolPolicy'), 41);
    await until(() => source.report().unreadable === undefined, { what: 'all kinds are followed again' });
    t.ok(
      sets.slice(count).every((set) => denies(set)[0] === 'a second'),
      'no set between was without it',
    );
  });

  t.test('leave when they are deleted', async (t) => {
    await client.delete(TOOL_POLICIES, { namespace: 'default', name: 'a' });
    await untilDenies('b new');
    t.notOk(sets.at(-1)?.entries.some(({ name }) => name === 'a'));
  });
});

function policy(name: string, message: string, registry = 'tools'): KubeObject {
  const rules = [{ name: 'rule', deny: { cel: 'true', message } }];
  return {
    ...{ apiVersion: TOOL_POLICIES.apiVersion, kind: 'ToolPolicy', metadata: { name, namespace: 'default' } },
    spec: { selector: { registry }, rules },
  };
}

function companion(kind: string, name: string, spec: unknown): KubeObject {
  return { apiVersion: TOOL_POLICIES.apiVersion, kind, metadata: { name, namespace: 'default' }, spec };
}

function stateOf(source: KubePolicySource, kind: string): string | undefined {
  return source.report().kinds.find((one) => one.kind === kind)?.state;
}

function objectsOf(source: KubePolicySource, kind: string): number | undefined {
  return source.report().kinds.find((one) => one.kind === kind)?.objects;
}

function isUpTo(source: KubePolicySource, resourceVersion = ''): boolean {
  return Number(source.resourceVersions().ToolPolicy) >= Number(resourceVersion);
}
