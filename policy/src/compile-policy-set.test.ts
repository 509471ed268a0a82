import t from 'tap';
import { toolCallFromHttp } from './call/tool-call-from-http.js';
import { compilePolicySet } from './compile-policy-set.js';
import { decide } from './decide.js';
import type { PolicyDocument } from './document.js';
import type { PolicySet } from './policy-set.js';
import { API_VERSION } from './resources/resource.js';

type Spec = Record<string, unknown>;

function toolPolicy(origin: string, name: string, spec: Spec = {}): PolicyDocument {
  const rules = [{ name: 'r', deny: { cel: 'false', message: 'm' } }];
  return {
    origin,
    value: {
      apiVersion: API_VERSION,
      kind: 'ToolPolicy',
      metadata: { name, namespace: 'production' },
      spec: { selector: { registry: 'customer-tools' }, rules, ...spec },
    },
  };
}

function agentPolicy(origin: string, name: string, spec: Spec): PolicyDocument {
  return {
    origin,
    value: {
      apiVersion: API_VERSION,
      kind: 'AgentPolicy',
      metadata: { name, namespace: 'production' },
      spec,
    },
  };
}

const rules = (cel: string): Spec => ({ rules: [{ name: 'r', deny: { cel, message: 'm' } }] });
const compile = (documents: PolicyDocument[], previous?: PolicySet): PolicySet =>
  compilePolicySet(documents, { revision: '1', ...(previous && { previous }) });

function outcome(policySet: PolicySet, registry = 'customer-tools', tool = 't'): string {
  const headers = new Map([
    ['x-omnia-namespace', 'production'],
    ['x-omnia-tool-registry', registry],
    ['x-omnia-tool-name', tool],
    ['x-omnia-agent-name', 'agent'],
  ]);
  const body = { state: 'whole', bytes: new Uint8Array() } as const;
  const call = toolCallFromHttp({
    method: 'POST',
    path: '/',
    host: '',
    headers,
    body,
    subject: '',
    principal: '',
  });
  const decision = decide(policySet, call, { unmatched: 'allow' });
  return decision.denial?.error?.code ?? decision.outcome;
}

const entry = ({ entries }: PolicySet, index = 0): Spec => {
  const { phase, enforced, ruleCount, problems } = entries[index] ?? {};
  return { phase, enforced, ruleCount, codes: problems?.map(({ code }) => code) };
};

t.test('a good policy', (t) => {
  const set = compile([toolPolicy('a', 'p', rules('true'))]);
  t.match(set.entries, [
    { origin: 'a', kind: 'ToolPolicy', namespace: 'production', name: 'p', mode: 'enforce' },
  ]);
  t.same(entry(set), { phase: 'Active', enforced: 'current', ruleCount: 1, codes: [] });
  t.equal(outcome(set), 'deny');
  t.end();
});

t.test('a policy that never compiled fails the calls that it selects', (t) => {
  const set = compile([
    toolPolicy('a', 'p', { ...rules('bdy.x'), selector: { registry: 'customer-tools', tools: ['t'] } }),
  ]);
  t.same(entry(set), { phase: 'Error', enforced: 'failure', ruleCount: 0, codes: ['invalid-cel'] });
  t.equal(outcome(set), 'policy-not-compiled');
  t.equal(outcome(set, 'customer-tools', 'other'), 'allow');
  t.equal(outcome(set, 'other'), 'allow');
  const open = compile([toolPolicy('a', 'p', { ...rules('bdy.x'), onFailure: 'allow' })]);
  t.equal(outcome(open), 'allow');
  const audit = compile([toolPolicy('a', 'p', { ...rules('bdy.x'), mode: 'audit' })]);
  t.equal(outcome(audit), 'allow');
  t.end();
});

t.test('what can not be read of a broken policy is taken in the strictest way', (t) => {
  t.equal(outcome(compile([toolPolicy('a', 'p', { selector: 5 })]), 'any'), 'policy-not-compiled');
  t.equal(outcome(compile([toolPolicy('a', 'p', { onFailure: 'alow' })])), 'policy-not-compiled');
  const tools = compile([toolPolicy('a', 'p', { selector: { registry: 'customer-tools', tools: [1] } })]);
  t.equal(outcome(tools, 'customer-tools', 'any'), 'policy-not-compiled');
  t.equal(outcome(compile([agentPolicy('a', 'p', { toolAccess: 5 })])), 'policy-not-compiled');
  t.end();
});

t.test('the last good version stays in force', (t) => {
  const good = compile([toolPolicy('a', 'p', rules('true')), toolPolicy('b', 'q')]);
  const broken = compile([toolPolicy('a', 'p', rules('1 +')), toolPolicy('b', 'q')], good);
  t.same(entry(broken), { phase: 'Error', enforced: 'last-good', ruleCount: 1, codes: ['invalid-cel'] });
  t.equal(outcome(broken), 'deny');
  const stillBroken = compile([toolPolicy('a', 'p', rules('2 +')), toolPolicy('b', 'q')], broken);
  t.equal(outcome(stillBroken), 'deny', 'also after a second bad edit');
  t.equal(
    outcome(compile(stillBroken.documents as PolicyDocument[])),
    'deny',
    'its documents say the same elsewhere',
  );
  t.equal(outcome(compile([toolPolicy('a', 'p')], stillBroken)), 'allow', 'until it is mended');
  t.equal(outcome(compile([], stillBroken)), 'allow', 'or removed');
  t.end();
});

t.test('so it does when the edit broke the name or the kind', (t) => {
  const good = compile([toolPolicy('a', 'p', rules('true'))]);
  const noName: PolicyDocument = {
    origin: 'a',
    value: { ...(toolPolicy('a', 'p').value as object), metadata: { namespace: 'production' } },
  };
  const noKind: PolicyDocument = {
    origin: 'a',
    value: { ...(toolPolicy('a', 'p').value as object), kind: 'Policy' },
  };
  t.equal(entry(compile([noName], good)).enforced, 'last-good');
  t.equal(outcome(compile([noName], good)), 'deny');
  t.same(entry(compile([noKind], good)), {
    phase: 'Error',
    enforced: 'last-good',
    ruleCount: 1,
    codes: ['unknown-kind'],
  });
  t.equal(outcome(compile([noKind], good)), 'deny');
  t.equal(outcome(compile([noName, toolPolicy('b', 'p')], good)), 'deny', 'whatever another file says');
  t.end();
});

t.test('renamed and broken: the old policy holds, and the new one counts as failed', (t) => {
  const stop = { ...rules('true'), selector: { registry: 'customer-tools', tools: ['old'] } };
  const good = compile([toolPolicy('a', 'old', stop)]);
  const broken = { ...rules('1 +'), selector: { registry: 'customer-tools', tools: ['new'] } };
  const set = compile([toolPolicy('a', 'new', broken)], good);
  t.equal(outcome(set, 'customer-tools', 'old'), 'deny');
  t.equal(outcome(set, 'customer-tools', 'new'), 'policy-not-compiled');
  const again = compile([toolPolicy('a', 'new', { ...broken, mode: 'enforce' })], set);
  t.equal(outcome(again, 'customer-tools', 'old'), 'deny', 'also after the next bad edit');
  t.end();
});

t.test('one name twice: both are enforced, the second is reported', (t) => {
  for (const documents of [
    [toolPolicy('a', 'p', rules('true')), toolPolicy('b', 'p')],
    [toolPolicy('a', 'p'), toolPolicy('b', 'p', rules('true'))],
  ]) {
    const set = compile(documents);
    t.same(entry(set, 1), { phase: 'Error', enforced: 'current', ruleCount: 1, codes: ['duplicate'] });
    t.match(set.entries[1]?.problems[0]?.message, /^a defines/);
    t.equal(outcome(set), 'deny');
    t.equal(
      outcome(compile(set.documents as PolicyDocument[])),
      'deny',
      'its documents say the same elsewhere',
    );
  }
  t.end();
});

t.test('a mistyped kind or namespace does not make a policy vanish', (t) => {
  const document = (changes: object): PolicyDocument => ({
    origin: 'a',
    value: { ...(toolPolicy('a', 'p').value as object), ...changes },
  });
  for (const changes of [
    { kind: 'Toolpolicy' },
    { kind: 'ToolPolicies' },
    { kind: undefined },
    { kind: 'ToolPolcy' },
    { kind: 'List' },
    { metadata: { name: 'p', namepsace: 'production' } },
    { metadata: undefined, metdata: { name: 'p', namespace: 'production' } },
    { metadata: { name: 'p', namespace: 'Production' } },
    { metadata: { name: 'p', namespace: 5 } },
    { spec: { selector: { registry: 'customer-tools\n' }, rules: [] } },
  ]) {
    t.equal(outcome(compile([document(changes)])), 'policy-not-compiled', JSON.stringify(changes));
  }
  t.end();
});

t.test('the fields that a broken policy would mask are still masked', (t) => {
  const redactedBy = (audit: unknown): readonly string[] | undefined =>
    compile([toolPolicy('a', 'p', { ...rules('1 +'), audit })]).toolPolicies(
      'production',
      'customer-tools',
      't',
    )[0]?.audit.redactFields;
  t.same(redactedBy({ logDecisions: true, redactFields: ['ssn', 5] }), ['ssn']);
  t.same(redactedBy({ redactFields: 'ssn' }), ['ssn']);
  t.same(redactedBy('ssn'), []);
  t.end();
});

t.test('the headers that a broken policy would inject are still removed', (t) => {
  const headers = ['X-Processed-By', 'host', 'x'.repeat(257)];
  const headerInjection = [...headers.map((header) => ({ header, value: 'v' })), 5];
  const set = compile([toolPolicy('a', 'p', { ...rules('1 +'), mode: 'audit', headerInjection })]);
  t.same(set.needs.injectedHeaders, ['x-processed-by']);
  t.same(set.toolPolicies('production', 'customer-tools', 't')[0]?.injectedHeaders, ['x-processed-by']);
  t.end();
});

t.test('a broken ToolRegistry does not turn MCP off', (t) => {
  const registry = (changes: object): PolicySet =>
    compile([
      {
        origin: 'r',
        value: {
          apiVersion: API_VERSION,
          kind: 'ToolRegistry',
          metadata: { name: 'orders', namespace: 'production' },
          spec: { handlers: [{ type: 'mcp' }] },
          ...changes,
        },
      },
    ]);
  const spoken = (set: PolicySet): boolean[] =>
    [
      ['production', 'orders'],
      ['production', 'other'],
      ['staging', 'orders'],
    ].map(([namespace = '', name = '']) => set.speaksMcp(namespace, name));
  t.same(spoken(registry({})), [true, false, false]);
  t.same(spoken(registry({ data: {} })), [true, false, false]);
  t.same(spoken(registry({ kind: 'ToolRegistery' })), [true, false, false]);
  t.same(spoken(registry({ kind: 'Registry' })), [true, false, false]);
  t.same(spoken(registry({ apiVersion: 'v1' })), [true, false, false]);
  t.same(spoken(registry({ spec: undefined, spce: {} })), [true, false, false]);
  t.same(spoken(registry({ metadata: { name: 'Orders', namespace: 'production' } })), [true, true, false]);
  t.same(spoken(registry({ metadata: { name: 'orders', namespace: 5 } })), [true, false, true]);
  t.same(spoken(registry({ data: {}, spec: { handlers: [{ type: 'http' }] } })), [false, false, false]);
  t.equal(registry({ data: {} }).needs.readsBody, true);
  t.end();
});

t.test('documents of another kind are reported and enforce nothing', (t) => {
  const set = compile([
    { origin: 'a', value: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } } },
  ]);
  t.same(entry(set), { phase: 'Error', enforced: 'nothing', ruleCount: 0, codes: ['unknown-kind'] });
  t.equal(outcome(set), 'allow');
  const ingress = { selector: { matchLabels: {} }, rules: [{ host: 'h' }] };
  const other = compile([
    { origin: 'a', value: { apiVersion: 'v1', kind: 'X', metadata: { name: 'c' }, spec: ingress } },
  ]);
  t.equal(entry(other).enforced, 'nothing', 'though it has rules');
  t.end();
});

t.test('an unchanged document is not compiled again', (t) => {
  const first = compile([toolPolicy('a', 'p')]);
  const second = compile([toolPolicy('a', 'p'), toolPolicy('b', 'q')], first);
  const policyOf = (set: PolicySet): unknown => set.files.get('a')?.documents[0]?.contribution;
  t.equal(policyOf(second), policyOf(first));
  const moved = compile([toolPolicy('b', 'q'), toolPolicy('c', 'p')], second);
  t.equal(moved.files.get('c')?.documents[0]?.contribution, policyOf(first), 'wherever it stands');
  t.end();
});

t.test('what the mesh must do for the policies', (t) => {
  t.same(compile([]).needs, { readsBody: false, failOpen: false, claimMappings: [], injectedHeaders: [] });
  const needs = compile([
    toolPolicy('a', 'p', { headerInjection: [{ header: 'X-B', value: 'v' }], onFailure: 'allow' }),
    toolPolicy('b', 'q', { headerInjection: [{ header: 'X-A', cel: 'string(body.a)' }], onFailure: 'allow' }),
    agentPolicy('c', 'r', {
      selector: { agents: ['x'] },
      onFailure: 'allow',
      claimMapping: { forwardClaims: [{ claim: 'team', header: 'X-Omnia-Claim-Team' }] },
    }),
  ]).needs;
  t.same(needs, {
    readsBody: true,
    failOpen: true,
    claimMappings: [
      { namespace: 'production', agents: ['x'], claims: [{ claim: 'team', header: 'X-Omnia-Claim-Team' }] },
    ],
    injectedHeaders: ['x-a', 'x-b'],
  });
  t.equal(compile([toolPolicy('a', 'p', rules('has(mcp.method)'))]).needs.readsBody, true);
  t.equal(compile([toolPolicy('a', 'p', rules('"x" in headers'))]).needs.readsBody, false);
  t.equal(
    compile([toolPolicy('a', 'p', { onFailure: 'allow' }), toolPolicy('b', 'q')]).needs.failOpen,
    false,
  );
  t.end();
});

t.test('a broken policy still opens nothing', (t) => {
  t.equal(
    compile([toolPolicy('a', 'p', { onFailure: 'allow' }), toolPolicy('b', 'q', { mode: 'x' })]).needs
      .failOpen,
    false,
  );
  t.end();
});
