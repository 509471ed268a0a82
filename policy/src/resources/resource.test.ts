import t from 'tap';
import type { Problem } from './problem.js';
import { API_VERSION, parseResource } from './resource.js';

type Spec = Record<string, unknown>;

const RULE = { name: 'r', deny: { cel: 'true', message: 'm' } };

const toolPolicy = (changes: Spec = {}): unknown => ({
  apiVersion: API_VERSION,
  kind: 'ToolPolicy',
  metadata: { name: 'p', namespace: 'production', generation: 3, labels: { a: 'b' } },
  spec: { selector: { registry: 'customer-tools' }, rules: [RULE], ...changes },
});

const agentPolicy = (spec: Spec): unknown => ({
  apiVersion: API_VERSION,
  kind: 'AgentPolicy',
  metadata: { name: 'a' },
  spec,
});

function problemsOf(value: unknown): readonly Problem[] {
  const parsed = parseResource(value);
  return parsed.ok ? [] : parsed.problems;
}

t.test('defaults of a ToolPolicy', (t) => {
  const parsed = parseResource(toolPolicy());
  t.match(parsed, {
    ok: true,
    resource: {
      kind: 'ToolPolicy',
      metadata: { name: 'p', namespace: 'production' },
      spec: {
        selector: { registry: 'customer-tools', tools: [] },
        requiredClaims: [],
        headerInjection: [],
        mode: 'enforce',
        onFailure: 'deny',
        audit: { logDecisions: false, redactFields: [] },
      },
    },
  });
  t.end();
});

t.test('defaults of an AgentPolicy, in the namespace that kubectl would take', (t) => {
  t.match(parseResource(agentPolicy({})), {
    ok: true,
    resource: {
      metadata: { name: 'a', namespace: 'default' },
      spec: { agents: [], forwardClaims: [], mode: 'enforce', onFailure: 'deny' },
    },
  });
  t.end();
});

t.test('null fields are absent fields', (t) => {
  t.same(problemsOf(toolPolicy({ requiredClaims: null, audit: null, mode: null })), []);
  t.end();
});

t.test('a ToolRegistry is read, not judged', (t) => {
  const registry = (type: string): unknown => ({
    apiVersion: API_VERSION,
    kind: 'ToolRegistry',
    metadata: { name: 'customer-tools' },
    spec: { handlers: [{ name: 'a', type, anything: { else: 1 } }] },
  });
  t.match(parseResource(registry('mcp')), { ok: true, resource: { speaksMcp: true } });
  t.match(parseResource(registry('http')), { ok: true, resource: { speaksMcp: false } });
  t.end();
});

t.test('what an author can get wrong in a ToolPolicy', (t) => {
  const injection = (entry: Spec): Spec => ({ headerInjection: [entry] });
  const cases: [name: string, spec: Spec, path: string, code: string][] = [
    ['no rules', { rules: [] }, 'spec.rules', 'out-of-bounds'],
    ['rules missing', { rules: undefined }, 'spec.rules', 'missing-field'],
    ['rules no list', { rules: { a: 1 } }, 'spec.rules', 'wrong-type'],
    ['65 rules', { rules: Array.from({ length: 65 }, () => RULE) }, 'spec.rules', 'out-of-bounds'],
    ['rule without a name', { rules: [{ deny: RULE.deny }] }, 'spec.rules[0].name', 'missing-field'],
    ['rule without deny', { rules: [{ name: 'a' }] }, 'spec.rules[0].deny', 'missing-field'],
    [
      'empty CEL',
      { rules: [{ name: 'a', deny: { cel: '', message: 'm' } }] },
      'spec.rules[0].deny.cel',
      'out-of-bounds',
    ],
    [
      'CEL that is a bool',
      { rules: [{ name: 'a', deny: { cel: true, message: 'm' } }] },
      'spec.rules[0].deny.cel',
      'wrong-type',
    ],
    ['two rules of one name', { rules: [RULE, RULE] }, 'spec.rules[1].name', 'duplicate'],
    ['a mistyped field', { onFailiure: 'allow' }, 'spec.onFailiure', 'unknown-field'],
    ['an unknown mode', { mode: 'permissive' }, 'spec.mode', 'not-allowed'],
    ['an unknown onFailure', { onFailure: 'ignore' }, 'spec.onFailure', 'not-allowed'],
    ['selector missing', { selector: undefined }, 'spec.selector', 'missing-field'],
    ['an empty registry', { selector: { registry: '' } }, 'spec.selector.registry', 'out-of-bounds'],
    [
      'an empty tool',
      { selector: { registry: 'r', tools: [''] } },
      'spec.selector.tools[0]',
      'out-of-bounds',
    ],
    [
      'a claim with a dot',
      { requiredClaims: [{ claim: 'a.b', message: 'm' }] },
      'spec.requiredClaims[0].claim',
      'not-allowed',
    ],
    [
      'a value and a cel',
      injection({ header: 'x-a', value: 'v', cel: '"v"' }),
      'spec.headerInjection[0]',
      'not-allowed',
    ],
    ['neither value nor cel', injection({ header: 'x-a' }), 'spec.headerInjection[0]', 'not-allowed'],
    [
      'a line break in a value',
      injection({ header: 'x-a', value: 'a\r\nb: c' }),
      'spec.headerInjection[0].value',
      'not-allowed',
    ],
    [
      'no header name',
      injection({ header: 'x a', value: 'v' }),
      'spec.headerInjection[0].header',
      'not-allowed',
    ],
    [
      'a pseudo header',
      injection({ header: ':path', value: 'v' }),
      'spec.headerInjection[0].header',
      'not-allowed',
    ],
    ['host', injection({ header: 'Host', value: 'v' }), 'spec.headerInjection[0].header', 'not-allowed'],
    [
      'content-length',
      injection({ header: 'content-length', value: '1' }),
      'spec.headerInjection[0].header',
      'not-allowed',
    ],
    [
      'transfer-encoding',
      injection({ header: 'Transfer-Encoding', value: 'v' }),
      'spec.headerInjection[0].header',
      'not-allowed',
    ],
    [
      'connection',
      injection({ header: 'connection', value: 'v' }),
      'spec.headerInjection[0].header',
      'not-allowed',
    ],
    [
      'a header of ours',
      injection({ header: 'X-Omnia-Claim-Team', value: 'v' }),
      'spec.headerInjection[0].header',
      'not-allowed',
    ],
    [
      'content-type',
      injection({ header: 'content-type', value: 'v' }),
      'spec.headerInjection[0].header',
      'not-allowed',
    ],
    [
      'one header in two spellings',
      {
        headerInjection: [
          { header: 'x-a', value: 'v' },
          { header: 'X_A', value: 'v' },
        ],
      },
      'spec.headerInjection[1].header',
      'duplicate',
    ],
    [
      'one claim in two spellings',
      {
        requiredClaims: [
          { claim: 'a-b', message: 'm' },
          { claim: 'A_b', message: 'm' },
        ],
      },
      'spec.requiredClaims[1].claim',
      'duplicate',
    ],
    [
      'a registry with a line break',
      { selector: { registry: 'r\n' } },
      'spec.selector.registry',
      'not-allowed',
    ],
    [
      'a tool with a comma',
      { selector: { registry: 'r', tools: ['a, b'] } },
      'spec.selector.tools[0]',
      'not-allowed',
    ],
    [
      'a pattern for tools',
      { selector: { registry: 'r', tools: ['*'] } },
      'spec.selector.tools[0]',
      'not-allowed',
    ],
    [
      'a header of ours with _',
      injection({ header: 'x_omnia_claim_team', value: 'v' }),
      'spec.headerInjection[0].header',
      'not-allowed',
    ],
    ['logDecisions as text', { audit: { logDecisions: 'yes' } }, 'spec.audit.logDecisions', 'wrong-type'],
  ];
  for (const [name, spec, path, code] of cases) {
    const problems = problemsOf(toolPolicy(spec));
    t.match(problems[0], { path, code }, name);
    t.equal(problems.length, 1, `${name}: only that`);
  }
  t.end();
});

t.test('what an author can get wrong in an AgentPolicy', (t) => {
  const claims = (...entries: unknown[]): Spec => ({ claimMapping: { forwardClaims: entries } });
  const team = { claim: 'team', header: 'X-Omnia-Claim-Team' };
  const cases: [name: string, spec: Spec, path: string, code: string][] = [
    [
      'header of another prefix',
      claims({ ...team, header: 'X-Team' }),
      'spec.claimMapping.forwardClaims[0].header',
      'not-allowed',
    ],
    [
      'header in lower case',
      claims({ ...team, header: 'x-omnia-claim-team' }),
      'spec.claimMapping.forwardClaims[0].header',
      'not-allowed',
    ],
    [
      'one header twice',
      claims(team, { claim: 'b', header: 'X-Omnia-Claim-TEAM' }),
      'spec.claimMapping.forwardClaims[1].header',
      'duplicate',
    ],
    [
      'one claim twice',
      claims(team, { ...team, header: 'X-Omnia-Claim-B' }),
      'spec.claimMapping.forwardClaims[1].claim',
      'duplicate',
    ],
    ...['dep\tartment', 'a\u007fb', 'half \ud83d'].map((claim): [string, Spec, string, string] => [
      `claim ${JSON.stringify(claim)}`,
      claims({ ...team, claim }),
      'spec.claimMapping.forwardClaims[0].claim',
      'not-allowed',
    ]),
    [
      'empty claim',
      claims({ ...team, claim: '' }),
      'spec.claimMapping.forwardClaims[0].claim',
      'out-of-bounds',
    ],
    [
      'no access mode',
      { toolAccess: { rules: [{ registry: 'r', tools: ['t'] }] } },
      'spec.toolAccess.mode',
      'missing-field',
    ],
    [
      'no access rules',
      { toolAccess: { mode: 'denylist', rules: [] } },
      'spec.toolAccess.rules',
      'out-of-bounds',
    ],
    [
      'no tools',
      { toolAccess: { mode: 'denylist', rules: [{ registry: 'r' }] } },
      'spec.toolAccess.rules[0].tools',
      'missing-field',
    ],
    ['audit is no mode of it', { mode: 'audit' }, 'spec.mode', 'not-allowed'],
  ];
  for (const [name, spec, path, code] of cases) {
    t.match(problemsOf(agentPolicy(spec))[0], { path, code }, name);
  }
  t.end();
});

t.test('documents that are no resource of ours', (t) => {
  t.match(problemsOf(null)[0], { code: 'wrong-type' });
  t.match(problemsOf([1])[0], { code: 'wrong-type' });
  t.match(problemsOf({ apiVersion: 'v1', kind: 'ConfigMap' })[0], {
    path: 'apiVersion',
    code: 'unknown-kind',
  });
  t.match(problemsOf({ apiVersion: API_VERSION, kind: 'toolpolicy', metadata: { name: 'a' } })[0], {
    path: 'kind',
    code: 'unknown-kind',
  });
  t.match(problemsOf({ ...(toolPolicy() as object), metadata: { name: 'A b' } })[0], {
    path: 'metadata.name',
  });
  t.end();
});

t.test('all mistakes are reported at once', (t) => {
  const problems = problemsOf(toolPolicy({ mode: 'x', onFailure: 'y', rules: [{}] }));
  t.same(problems.map(({ path }) => path).sort(), [
    'spec.mode',
    'spec.onFailure',
    'spec.rules[0].deny',
    'spec.rules[0].name',
  ]);
  t.end();
});
