import t from 'tap';
import type { HeaderCondition } from '../istio/authorization-policy.js';
import { denyRules, type Served, type ToolAccess } from './tool-access-rules.js';

/** A call's headers; undefined: absent. */
interface Call {
  readonly registry: string | undefined;
  readonly tool: string | undefined;
}

/** As Istio translates conditions and Envoy matches them. */
function holds({ header, values, notValues }: HeaderCondition, call: Call): boolean {
  const value = header === 'x-omnia-tool-registry' ? call.registry : call.tool;
  const isOne = (list: readonly string[]): boolean =>
    value !== undefined && list.some((one) => one === '*' || one === value);
  return (values === undefined || isOne(values)) && (notValues === undefined || !isOne(notValues));
}

function isRefused(access: ToolAccess, served: Served, call: Call): boolean {
  return denyRules(access, served).some((rule) => rule.every((condition) => holds(condition, call)));
}

const TOOLS = ['one', 'two', 'three'];
const REGISTRIES = ['a', 'b', 'c'];

const accesses: readonly ToolAccess[] = (['allowlist', 'denylist'] as const).flatMap((mode) => [
  { mode, tools: new Map([['a', new Set(['one'])]]) },
  {
    mode,
    tools: new Map([
      ['a', new Set(['one', 'two'])],
      ['b', new Set(['two'])],
    ]),
  },
  { mode, tools: new Map([['elsewhere', new Set(['one'])]]) },
]);

const serving: readonly Served[] = [
  { registries: [{ name: 'a', speaksMcp: false }], isOnly: true },
  { registries: [{ name: 'c', speaksMcp: false }], isOnly: true },
  { registries: [{ name: 'a', speaksMcp: false }], isOnly: false },
  { registries: ['a', 'b'].map((name) => ({ name, speaksMcp: false })), isOnly: false },
  { registries: [{ name: 'a', speaksMcp: true }], isOnly: true },
  { registries: [{ name: 'c', speaksMcp: true }], isOnly: true },
  {
    registries: [
      { name: 'a', speaksMcp: false },
      { name: 'b', speaksMcp: true },
    ],
    isOnly: false,
  },
];

const all = accesses.flatMap((access) => serving.map((served) => ({ access, served })));

function caseName(access: ToolAccess, served: Served): string {
  const lists = [...access.tools].map(([registry, tools]) => `${registry}:${[...tools].join('+')}`).join(' ');
  const names = served.registries
    .map(({ name, speaksMcp }) => (speaksMcp ? `${name} (MCP)` : name))
    .join(', ');
  return `${access.mode} of ${lists} where ${names}${served.isOnly ? ' only' : ''} is served`;
}

for (const { access, served } of all) {
  t.test(`calls that name registry and tool are refused by the ${caseName(access, served)}`, (t) => {
    for (const { name: registry } of served.registries) {
      for (const tool of TOOLS) {
        const isListed = access.tools.get(registry)?.has(tool) === true;
        const expected = isListed === (access.mode === 'denylist');
        t.equal(isRefused(access, served, { registry, tool }), expected, `${registry}/${tool}`);
      }
    }
    t.end();
  });

  t.test(`without a registry the only one is meant, in the ${caseName(access, served)}`, (t) => {
    const [only] = served.isOnly ? served.registries : [];
    for (const tool of only === undefined ? [] : TOOLS) {
      const named = isRefused(access, served, { registry: only?.name, tool });
      t.equal(isRefused(access, served, { registry: undefined, tool }), named, tool);
    }
    t.end();
  });

  t.test(`nothing that is on no list gets through the ${caseName(access, served)}`, (t) => {
    const isAllowlist = access.mode === 'allowlist';
    const elsewhere = REGISTRIES.filter((name) => !served.registries.some((one) => one.name === name));
    for (const registry of elsewhere) {
      for (const tool of TOOLS) {
        if (isAllowlist) t.ok(isRefused(access, served, { registry, tool }), `${registry}/${tool}`);
      }
    }
    const speaksMcp = served.registries.some((registry) => registry.speaksMcp);
    const nameless = isRefused(access, served, { registry: undefined, tool: undefined });
    t.equal(nameless, isAllowlist && !speaksMcp, 'a call that names nothing');
    t.end();
  });
}

t.test('a denied tool of several registries is refused where the registry is left out', (t) => {
  const access: ToolAccess = { mode: 'denylist', tools: new Map([['a', new Set(['one'])]]) };
  const served: Served = {
    registries: ['a', 'b'].map((name) => ({ name, speaksMcp: false })),
    isOnly: false,
  };
  t.ok(isRefused(access, served, { registry: undefined, tool: 'one' }));
  t.notOk(isRefused(access, served, { registry: 'b', tool: 'one' }));
  t.end();
});

t.test('MCP calls without a tool header pass, and ext-authz decides', (t) => {
  for (const { access, served } of all) {
    const [mcp] = served.registries.filter(({ speaksMcp }) => speaksMcp);
    const isListed = mcp !== undefined && access.tools.has(mcp.name);
    if (mcp === undefined || (access.mode === 'allowlist' && !isListed)) continue;
    t.notOk(isRefused(access, served, { registry: mcp.name, tool: undefined }), caseName(access, served));
  }
  t.end();
});
