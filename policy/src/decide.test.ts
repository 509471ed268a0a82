import t from 'tap';
import type { Decision } from './decision.js';
import type { PolicySet } from './policy-set.js';
import { ask, findings, policies, rule, type Request, type Spec } from './testing/decisions.js';

t.test('what a ToolPolicy selects', (t) => {
  const stop: Spec = { rules: [rule('stop', 'true')] };
  const all = policies(['ToolPolicy', 'p', stop]);
  const some = policies([
    'ToolPolicy',
    'p',
    { ...stop, selector: { registry: 'customer-tools', tools: ['a', 'b'] } },
  ]);
  const cases: [name: string, set: PolicySet, request: Request, outcome: string][] = [
    ['its registry', all, {}, 'deny'],
    ['any tool of the registry', all, { tool: 'other' }, 'deny'],
    ['no other registry', all, { registry: 'other' }, 'allow'],
    ['no registry in another case', all, { registry: 'Customer-Tools' }, 'allow'],
    ['no other namespace', all, { namespace: 'staging' }, 'allow'],
    ['its tools', some, { tool: 'b' }, 'deny'],
    ['no other tool', some, { tool: 'c' }, 'allow'],
    ['nothing without a policy', policies(), {}, 'allow'],
  ];
  for (const [name, set, request, outcome] of cases) t.equal(ask(set, request).outcome, outcome, name);
  t.end();
});

t.test('several policies: deny overrides, in name order, every would-denial is known', (t) => {
  const set = policies(
    ['ToolPolicy', 'd-allows', {}],
    ['ToolPolicy', 'c-denies', { rules: [rule('c', 'true')] }],
    ['ToolPolicy', 'b-denies', { rules: [rule('b', 'true')] }],
    ['ToolPolicy', 'a-audits', { mode: 'audit', rules: [rule('a', 'true')] }],
  );
  const decision = ask(set);
  t.same(findings(decision), ['a-audits/a: would-deny', 'b-denies/b: deny', 'c-denies/c: deny']);
  t.equal(decision.outcome, 'deny');
  t.match(decision.denial, {
    policy: { name: 'b-denies' },
    rule: 'b',
    message: 'refused by b',
    mode: 'enforce',
  });
  t.end();
});

t.test('within a policy: claims first, then rules in order, the first denial stops', (t) => {
  const set = policies([
    'ToolPolicy',
    'p',
    {
      requiredClaims: [
        { claim: 'Team', message: 'no team' },
        { claim: 'customer_id', message: 'no customer' },
      ],
      rules: [rule('one', 'has(body.one)'), rule('two', 'has(body.two)')],
    },
  ]);
  const claims = { 'x-omnia-claim-team': 'support', 'x-omnia-claim-customer-id': 'c-1' };
  const body = '{"one":1,"two":2}';
  t.same(findings(ask(set, { body })), ['p/required-claim:Team: deny']);
  t.equal(ask(set, { body }).denial?.message, 'no team');
  t.same(findings(ask(set, { headers: { ...claims, 'x-omnia-claim-team': ' ' } })), [
    'p/required-claim:Team: deny',
  ]);
  for (const empty of ['', ',', ' , ', ',,\t,']) {
    const headers = { ...claims, 'x-omnia-claim-team': empty };
    t.same(
      findings(ask(set, { headers })),
      ['p/required-claim:Team: deny'],
      `a list of empty texts: ${empty}`,
    );
  }
  t.same(findings(ask(set, { headers: { ...claims, 'x-omnia-claim-team': ',support' } })), []);
  t.same(findings(ask(set, { headers: { 'x-omnia-claim-team': 'a' } })), [
    'p/required-claim:customer_id: deny',
  ]);
  t.same(findings(ask(set, { headers: claims, body })), ['p/one: deny']);
  t.same(findings(ask(set, { headers: claims, body: '{"two":2}' })), ['p/two: deny']);
  t.same(findings(ask(set, { headers: claims })), []);
  t.end();
});

t.test('an evaluation that fails', (t) => {
  const failing = (changes: Spec): PolicySet =>
    policies([
      'ToolPolicy',
      'p',
      { rules: [rule('fails', 'body.missing > 1'), rule('next', 'true')], ...changes },
    ]);
  t.same(findings(ask(failing({}))), ['p/fails: deny']);
  t.match(ask(failing({})).denial, { message: 'refused by fails', error: { code: 'no-such-key' } });
  t.same(findings(ask(failing({ onFailure: 'allow' }))), ['p/fails: ignore', 'p/next: deny']);
  t.same(findings(ask(failing({ mode: 'audit' }))), ['p/fails: would-deny']);
  t.same(findings(ask(failing({ mode: 'audit', onFailure: 'allow' }))), [
    'p/fails: ignore',
    'p/next: would-deny',
  ]);
  t.end();
});

t.test('an unreadable body fails the rules that read it, and no others', (t) => {
  const set = policies([
    'ToolPolicy',
    'p',
    { onFailure: 'allow', rules: [rule('body', 'has(body.a)'), rule('headers', '"x-a" in headers')] },
  ]);
  const decision = ask(set, { state: 'truncated', headers: { 'x-a': '1' } });
  t.same(findings(decision), ['p/body: ignore', 'p/headers: deny']);
  t.match(decision.findings[0]?.error, { code: 'body-unreadable', detail: /truncated/ });
  t.end();
});

t.test('header injection', (t) => {
  const inject = (changes: Spec): Spec => ({
    headerInjection: [
      { header: 'X-Static', value: 'v' },
      { header: 'X-Team', cel: 'headers["X-Omnia-Claim-Team"]' },
    ],
    ...changes,
  });
  const headers = { 'x-omnia-claim-team': 'support' };

  t.test('values of an allowed call, also in audit mode', (t) => {
    const values = [
      { name: 'x-static', value: 'v' },
      { name: 'x-team', value: 'support' },
    ];
    t.same(ask(policies(['ToolPolicy', 'p', inject({})]), { headers }).injectHeaders, values);
    const audit = policies(['ToolPolicy', 'p', inject({ mode: 'audit', rules: [rule('stop', 'true')] })]);
    t.same(ask(audit, { headers }).injectHeaders, values);
    t.end();
  });

  t.test('nothing is injected into a refused call, and forged copies are removed all the same', (t) => {
    const set = policies(['ToolPolicy', 'p', inject({ rules: [rule('stop', 'true')] })]);
    t.match(ask(set, { headers }), {
      outcome: 'deny',
      injectHeaders: [],
      removeHeaders: ['x-static', 'x-team'],
    });
    t.end();
  });

  t.test('a policy that never compiled has forged copies removed, in audit mode, too', (t) => {
    for (const changes of [{ mode: 'audit' }, { onFailure: 'allow' }, {}]) {
      const set = policies(['ToolPolicy', 'p', inject({ rules: [rule('broken', 'body.(')], ...changes })]);
      t.same(ask(set, { headers }).removeHeaders, ['x-static', 'x-team']);
    }
    t.end();
  });

  t.test('a value that fails denies or is left out, as onFailure says', (t) => {
    const set = (changes: Spec): PolicySet => policies(['ToolPolicy', 'p', inject(changes)]);
    t.match(ask(set({})), {
      outcome: 'deny',
      denial: { rule: 'header-injection:x-team' },
      injectHeaders: [],
    });
    const open = ask(set({ onFailure: 'allow' }));
    t.match(open, { outcome: 'allow', removeHeaders: ['x-static', 'x-team'] });
    t.same(open.injectHeaders, [{ name: 'x-static', value: 'v' }]);
    t.same(findings(ask(set({ mode: 'audit' }))), ['p/header-injection:x-team: would-deny']);
    t.end();
  });

  t.test('values in JSON notation; what is no header value fails', (t) => {
    const value = (cel: string, body = '{}'): Decision =>
      ask(policies(['ToolPolicy', 'p', { headerInjection: [{ header: 'x-v', cel }] }]), { body });
    t.equal(value('body.n', '{"n":1000000}').injectHeaders[0]?.value, '1000000');
    t.equal(value('body.n', '{"n":0.1}').injectHeaders[0]?.value, '0.1');
    t.equal(value('1 + 1').injectHeaders[0]?.value, '2');
    t.equal(value('body.b', '{"b":true}').injectHeaders[0]?.value, 'true');
    for (const body of ['{"n":null}', '{"n":[1]}', '{"n":{}}', '{"n":"a\\r\\nb"}', '{"n":" a"}']) {
      t.match(value('body.n', body).denial, { error: { code: 'not-a-header-value' } }, body);
    }
    t.end();
  });

  t.test('two policies that set one header: the later name wins', (t) => {
    const one = (value: string): Spec => ({ headerInjection: [{ header: 'x-v', value }] });
    const decision = ask(policies(['ToolPolicy', 'b', one('of b')], ['ToolPolicy', 'a', one('of a')]));
    t.same(decision.injectHeaders, [{ name: 'x-v', value: 'of b' }]);
    t.end();
  });
  t.end();
});

t.test('AgentPolicies', (t) => {
  const access = (mode: string, ...tools: string[]): Spec => ({
    toolAccess: { mode, rules: [{ registry: 'customer-tools', tools }] },
  });
  const cases: [name: string, specs: Spec[], request: Request, expected: string[]][] = [
    ['listed in the allowlist', [access('allowlist', 'a')], { tool: 'a' }, []],
    ['not in the allowlist', [access('allowlist', 'a')], { tool: 'b' }, ['p0/tool-access: deny']],
    [
      'the same tool of another registry',
      [access('allowlist', 'a')],
      { tool: 'a', registry: 'x' },
      ['p0/tool-access: deny'],
    ],
    [
      'every allowlist must hold the tool',
      [access('allowlist', 'a', 'b'), access('allowlist', 'b')],
      { tool: 'a' },
      ['p1/tool-access: deny'],
    ],
    ['in the denylist', [access('denylist', 'a')], { tool: 'a' }, ['p0/tool-access: deny']],
    ['not in the denylist', [access('denylist', 'a')], { tool: 'b' }, []],
    ['a denied tool of another registry', [access('denylist', 'a')], { tool: 'a', registry: 'x' }, []],
    [
      'permissive',
      [{ ...access('allowlist', 'a'), mode: 'permissive' }],
      { tool: 'b' },
      ['p0/tool-access: would-deny'],
    ],
    ['without toolAccess', [{}], { tool: 'b' }, []],
    [
      'of another agent',
      [{ ...access('allowlist', 'a'), selector: { agents: ['else'] } }],
      { tool: 'b' },
      [],
    ],
    [
      'of this agent',
      [{ ...access('allowlist', 'a'), selector: { agents: ['support-agent'] } }],
      { tool: 'b' },
      ['p0/tool-access: deny'],
    ],
    [
      'of all agents, without a name',
      [access('allowlist', 'a')],
      { tool: 'b', agent: '' },
      ['p0/tool-access: deny'],
    ],
    ['of another namespace', [access('allowlist', 'a')], { tool: 'b', namespace: 'staging' }, []],
    [
      'the tool can not be told: allowlist',
      [access('allowlist', 'a')],
      { tool: '', state: 'truncated' },
      ['p0/tool-access: deny'],
    ],
    [
      'the tool can not be told: denylist',
      [access('denylist', 'a')],
      { tool: '', state: 'truncated' },
      ['p0/tool-access: deny'],
    ],
    [
      'the tool can not be told, the denylist is of another registry',
      [access('denylist', 'a')],
      { tool: '', registry: 'x', state: 'truncated' },
      [],
    ],
  ];
  for (const [name, specs, request, expected] of cases) {
    const set = policies(
      ...specs.map((spec, index): ['AgentPolicy', string, Spec] => ['AgentPolicy', `p${index}`, spec]),
    );
    t.same(findings(ask(set, request)), expected, name);
  }
  t.end();
});
