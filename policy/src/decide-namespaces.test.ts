import fc from 'fast-check';
import t from 'tap';
import type { PolicyDocument } from './document.js';
import { rule } from './testing/decisions.js';
import {
  apiObject,
  askMesh,
  meshCall,
  meshPolicies,
  principalOf,
  type MeshRequest,
} from './testing/mesh-calls.js';

const NAMESPACES = ['north', 'south'] as const;
const REGISTRIES = ['tools', 'billing'] as const;
const TOOLS = ['read', 'write'] as const;
const AGENTS = ['support', 'sales'] as const;

const namespace = fc.constantFrom(...NAMESPACES);
const list = <T>(items: readonly T[]) => fc.subarray([...items], { minLength: 1 });
const choice = fc.constantFrom('deny', 'allow');

const toolPolicy = fc.record({
  namespace,
  spec: fc.record({
    selector: fc.record({ registry: fc.constantFrom(...REGISTRIES), tools: fc.subarray([...TOOLS]) }),
    rules: fc.constantFrom(
      [rule('stop', 'true')],
      [rule('pass', 'false')],
      [rule('odd', 'body.x == 1')],
      'broken',
    ),
    headerInjection: fc.constantFrom([], [{ header: 'x-from', value: 'v' }]),
    mode: fc.constantFrom('enforce', 'audit'),
    onFailure: choice,
  }),
});
const agentPolicy = fc.record({
  namespace,
  spec: fc.record({
    selector: fc.record({ agents: fc.subarray([...AGENTS]) }),
    toolAccess: fc.record({
      mode: fc.constantFrom('allowlist', 'denylist', 'broken'),
      rules: fc.array(fc.record({ registry: fc.constantFrom(...REGISTRIES), tools: list(TOOLS) }), {
        minLength: 1,
        maxLength: 2,
      }),
    }),
    onFailure: choice,
  }),
});
const mcpRegistry = fc.record({
  namespace,
  spec: fc.constantFrom({ handlers: [] }, { handlers: [{ name: 'h', type: 'mcp' }] }),
});

interface Described {
  readonly namespace: string;
  readonly spec: object;
}
/** Names are the same in every namespace. */
function objects(kind: string, described: readonly Described[]): PolicyDocument[] {
  const counts = new Map<string, number>();
  return described.map(({ namespace: ns, spec }) => {
    const count = counts.get(ns) ?? 0;
    counts.set(ns, count + 1);
    const name = kind === 'ToolRegistry' ? (REGISTRIES[count % REGISTRIES.length] ?? '') : `p${count}`;
    return apiObject(kind, `${ns}/${name}`, { ...spec });
  });
}

const documents = fc
  .tuple(
    fc.array(toolPolicy, { maxLength: 5 }),
    fc.array(agentPolicy, { maxLength: 5 }),
    fc.array(mcpRegistry, { maxLength: 2 }),
  )
  .map(([tools, agents, registries]) => [
    ...objects('ToolPolicy', tools),
    ...objects('AgentPolicy', agents),
    ...objects('ToolRegistry', registries),
  ]);

const header = <T extends string>(name: string, values: readonly T[]) =>
  fc.constantFrom({}, ...values.map((value) => ({ [name]: value })));
const request: fc.Arbitrary<MeshRequest> = fc.record({
  principal: fc
    .tuple(namespace, fc.constantFrom('support-facade', 'sales-facade', 'gateway'))
    .map(([ns, account]) => principalOf(`${ns}/${account}`)),
  registries: fc.subarray(NAMESPACES.flatMap((ns) => REGISTRIES.map((name) => `${ns}/${name}`))),
  headers: fc
    .tuple(
      header('x-omnia-tool-registry', REGISTRIES),
      header('x-omnia-tool-name', TOOLS),
      header('x-omnia-namespace', NAMESPACES),
      header('x-omnia-agent-name', AGENTS),
    )
    .map((parts): Record<string, string> => Object.assign({}, ...parts) as Record<string, string>),
  body: fc.constantFrom(
    '{}',
    '{"x":1}',
    '{',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}',
  ),
});

function ofNamespace(kinds: readonly string[], ns: string) {
  return ({ value }: PolicyDocument): boolean => {
    const { kind, metadata } = value as { kind: string; metadata: { namespace: string } };
    return kinds.includes(kind) && metadata.namespace === ns;
  };
}

t.test(
  "a call obeys the ToolPolicies of its registry's namespace, its agent's AgentPolicies, and nobody else's",
  (t) => {
    let denied = 0;
    let across = 0;
    fc.assert(
      fc.property(documents, request, (all, asked) => {
        const set = meshPolicies(...all);
        const call = meshCall(set, asked);
        const decision = askMesh(set, asked);
        // A message that can't be read is for one of those that are attached.
        const isHidden = call.body.state === 'unreadable' && call.mcp === undefined;
        const served = isHidden ? call.served.map((one) => one.namespace) : [call.namespace];
        const isTheirs = [
          ofNamespace(['AgentPolicy'], call.agentNamespace),
          ...served.map((ns) => ofNamespace(['ToolPolicy'], ns)),
          // Whether messages name its tools is asked of every registry that is attached.
          ...NAMESPACES.map((ns) => ofNamespace(['ToolRegistry'], ns)),
        ];
        const own = meshPolicies(...all.filter((one) => isTheirs.some((fits) => fits(one))));
        t.strictSame(decision, askMesh(own, asked));
        for (const { kind, namespace: ns } of decision.matched) {
          t.ok(kind === 'AgentPolicy' ? ns === call.agentNamespace : served.includes(ns));
        }
        if (decision.denial?.policy.kind === 'ToolPolicy' || decision.denial?.policy.kind === 'AgentPolicy')
          denied += 1;
        if (call.namespace !== '' && call.agentNamespace !== '' && call.namespace !== call.agentNamespace)
          across += 1;
      }),
      { numRuns: 3000 },
    );
    t.ok(denied > 100, `${denied} denied by policies`);
    t.ok(across > 100, `${across} calls across namespaces`);
    t.end();
  },
);

t.test('the registries that an AgentPolicy names are those of its own namespace', (t) => {
  const access = (mode: string) => ({
    toolAccess: { mode, rules: [{ registry: 'tools', tools: ['read'] }] },
  });
  const call = { principal: principalOf('north/support-facade'), headers: { 'x-omnia-tool-name': 'read' } };
  const own = { ...call, registries: ['north/tools'] };
  const foreign = { ...call, registries: ['south/tools'] };
  const allowlist = meshPolicies(apiObject('AgentPolicy', 'north/p', access('allowlist')));
  t.equal(askMesh(allowlist, own).outcome, 'allow');
  t.match(askMesh(allowlist, foreign), { outcome: 'deny', denial: { rule: 'tool-access' } });
  const denylist = meshPolicies(apiObject('AgentPolicy', 'north/p', access('denylist')));
  t.equal(askMesh(denylist, own).outcome, 'deny');
  t.equal(askMesh(denylist, foreign).outcome, 'allow');
  t.end();
});

t.test('a caller that is no agent meets no AgentPolicy, and every ToolPolicy', (t) => {
  const everyAgent = {
    toolAccess: { mode: 'allowlist', rules: [{ registry: 'tools', tools: ['write'] }] },
  };
  const set = meshPolicies(
    apiObject('AgentPolicy', 'north/p', everyAgent),
    apiObject('ToolPolicy', 'north/p', {
      selector: { registry: 'tools' },
      rules: [rule('stop', 'has(body.x)')],
    }),
  );
  const call = {
    principal: principalOf('north/gateway'),
    registries: ['north/tools'],
    headers: { 'x-omnia-tool-name': 'read' },
  };
  t.equal(askMesh(set, call).outcome, 'allow');
  t.equal(askMesh(set, { ...call, principal: principalOf('north/support-facade') }).outcome, 'deny');
  t.match(askMesh(set, { ...call, body: '{"x":1}' }), { denial: { rule: 'stop' } });
  t.end();
});
