import t from 'tap';
import { compilePolicySet } from './compile-policy-set.js';
import type { DecideOptions } from './decide.js';
import { API_VERSION } from './resources/resource.js';
import { ask, findings, policies, rule, type Request } from './testing/decisions.js';

t.test('requests that are no tool call, or do not say which', (t) => {
  const set = policies(['ToolPolicy', 'p', { rules: [rule('stop', 'true')] }]);
  const deny: DecideOptions = { unmatched: 'deny' };
  t.equal(ask(set, { registry: '' }).outcome, 'allow');
  t.match(ask(set, { registry: '' }, deny), { outcome: 'deny', denial: { rule: 'unmatched' } });
  t.match(ask(policies(), { tool: 'a,b' }), {
    outcome: 'deny',
    denial: { rule: 'ambiguous-call', policy: { kind: 'Request' } },
  });
  t.match(
    ask(policies(), { agent: '' }, deny),
    { outcome: 'deny', denial: { rule: 'unmatched' } },
    'no agent',
  );
  t.match(ask(policies(), { tool: '', body: '{"a":1}' }, deny), { denial: { rule: 'unmatched' } }, 'no tool');
  t.end();
});

t.test('a call that names no tool meets what is said of the registry as a whole', (t) => {
  const set = policies(
    ['ToolPolicy', 'all', { rules: [rule('stop', 'has(body.a)')] }],
    [
      'ToolPolicy',
      'some',
      { selector: { registry: 'customer-tools', tools: ['x'] }, rules: [rule('no', 'true')] },
    ],
  );
  t.same(findings(ask(set, { tool: '', body: '{"a":1}' })), ['all/stop: deny']);
  const listed = policies([
    'AgentPolicy',
    'p',
    { toolAccess: { mode: 'allowlist', rules: [{ registry: 'customer-tools', tools: ['x'] }] } },
  ]);
  t.same(findings(ask(listed, { tool: '', body: '{"a":1}' })), ['p/tool-access: deny']);
  t.same(findings(ask(listed, { tool: '', body: '' })), [], 'without content it is no call');
  t.end();
});

t.test('MCP messages that call no tool pass, also where unmatched requests are refused', (t) => {
  const set = policies(
    ['ToolPolicy', 'p', { rules: [rule('stop', 'true')] }],
    [
      'AgentPolicy',
      'q',
      { toolAccess: { mode: 'allowlist', rules: [{ registry: 'customer-tools', tools: ['x'] }] } },
    ],
  );
  const message = (method: string): Request => ({
    tool: '',
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method }),
  });
  for (const method of ['initialize', 'tools/list', 'notifications/initialized', 'ping', 'resources/read']) {
    t.equal(ask(set, message(method), { unmatched: 'deny' }).outcome, 'allow', method);
  }
  t.equal(
    ask(set, { tool: '', body: '{"jsonrpc":"2.0","id":1,"result":{}}' }, { unmatched: 'deny' }).outcome,
    'allow',
  );
  t.equal(ask(set, message('no/such/method')).outcome, 'allow');
  t.equal(ask(set, message('no/such/method'), { unmatched: 'deny' }).outcome, 'deny');
  t.end();
});

t.test('of a registry that speaks MCP, an unreadable body hides the tool whatever the header says', (t) => {
  const registry = { apiVersion: API_VERSION, kind: 'ToolRegistry' };
  const allowlist = { mode: 'allowlist', rules: [{ registry: 'customer-tools', tools: ['lookup_order'] }] };
  const set = compilePolicySet(
    [
      {
        origin: 'a',
        value: {
          ...registry,
          metadata: { name: 'customer-tools', namespace: 'production' },
          spec: { handlers: [{ name: 'h', type: 'MCP' }] },
        },
      },
      {
        origin: 'b',
        value: {
          apiVersion: API_VERSION,
          kind: 'AgentPolicy',
          metadata: { name: 'p', namespace: 'production' },
          spec: { toolAccess: allowlist },
        },
      },
    ],
    { revision: '1' },
  );
  const twice =
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"lookup_order","name":"delete_account"}}';
  for (const request of [
    { body: twice },
    { state: 'truncated' },
    { headers: { 'content-type': 'text/plain' }, body: '{"jsonrpc":"2.0"}' },
  ] as const) {
    t.same(
      findings(ask(set, { tool: 'lookup_order', ...request })),
      ['p/tool-access: deny'],
      JSON.stringify(request),
    );
  }
  t.equal(ask(set, { tool: 'lookup_order', body: '{"order":1}' }).outcome, 'allow');
  t.end();
});

t.test('a tool that can not be told fails every policy of its registry', (t) => {
  const set = policies(
    ['ToolPolicy', 'a', { selector: { registry: 'customer-tools', tools: ['x'] } }],
    ['ToolPolicy', 'b', { onFailure: 'allow' }],
    ['ToolPolicy', 'c', { selector: { registry: 'other' } }],
  );
  t.same(findings(ask(set, { tool: '', state: 'not-buffered' })), [
    'a/unknown-tool: deny',
    'b/unknown-tool: ignore',
  ]);
  t.end();
});

t.test('the audit settings of all matching policies count', (t) => {
  const set = policies(
    ['ToolPolicy', 'a', { audit: { logDecisions: true, redactFields: ['ssn'] } }],
    ['ToolPolicy', 'b', { audit: { redactFields: ['card'] } }],
  );
  t.same(ask(set).audit, { logDecisions: true, redactFields: ['ssn', 'card'] });
  t.same(ask(set, { registry: 'other' }).audit, { logDecisions: false, redactFields: [] });
  t.end();
});
