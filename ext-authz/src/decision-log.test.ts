import type { Decision, Finding, ToolCall } from '@omnia-policy/policy';
import { createLogger } from '@omnia-policy/service';
import t from 'tap';
import { logDecision } from './decision-log.js';

const call: ToolCall = {
  namespace: 'production',
  registry: 'customer-tools',
  tool: 'process_refund',
  agent: 'support-agent',
  agents: ['support-agent'],
  isCallerUnknown: false,
  agentNamespace: 'production',
  principal: '',
  served: [],
  headers: new Map([
    ['x-omnia-session-id', 's1'],
    ['x-omnia-user-id', 'u1'],
    ['x-request-id', 'r1'],
    ['authorization', 'Bearer secret-token'],
  ]),
  request: { method: 'POST', path: '/v1/refund?key=secret-key', host: 'h' },
  identity: {
    origin: '',
    subject: 'secret-subject',
    endUser: 'u1',
    workspace: '',
    agent: 'support-agent',
    claims: new Map(),
  },
  body: { state: 'object', value: { amount: 1, note: 'secret-note' } },
  shape: { kind: 'tool-call' },
};
const denial: Finding = {
  policy: { kind: 'ToolPolicy', namespace: 'production', name: 'p' },
  rule: 'r',
  message: 'm',
  mode: 'enforce',
  action: 'deny',
};
const wouldDeny: Finding = { ...denial, rule: 'w', mode: 'audit', action: 'would-deny' };
const ignored: Finding = {
  ...denial,
  rule: 'i',
  action: 'ignore',
  error: { code: 'no-such-key', detail: 'amount' },
};

function lines(
  findings: readonly Finding[],
  audit: Decision['audit'],
  of: ToolCall = call,
): Record<string, unknown>[] {
  const written: Record<string, unknown>[] = [];
  const write = (line: string): void => void written.push(JSON.parse(line) as Record<string, unknown>);
  const decision: Decision = {
    outcome: findings.includes(denial) ? 'deny' : 'allow',
    findings,
    matched: [denial.policy],
    injectHeaders: [],
    removeHeaders: [],
    audit,
  };
  logDecision(createLogger('info', {}, { write }), {
    decision,
    call: of,
    decisionId: 'd1',
    durationMs: 0.0123456,
  });
  return written;
}

const quiet: Decision['audit'] = { logDecisions: false, redactFields: [] };

const table: readonly {
  readonly name: string;
  readonly findings: readonly Finding[];
  readonly expected: readonly Record<string, unknown>[];
}[] = [
  { name: 'a plain allow: no line', findings: [], expected: [] },
  {
    name: 'a denial',
    findings: [denial],
    expected: [{ decision: 'deny', wouldDeny: false, mode: 'enforce', rule: 'r' }],
  },
  {
    name: 'a would-denial',
    findings: [wouldDeny],
    expected: [{ decision: 'deny', wouldDeny: true, mode: 'audit', rule: 'w' }],
  },
  {
    name: 'an ignored failure',
    findings: [ignored],
    expected: [
      { decision: 'allow', wouldDeny: false, rule: 'i', error: 'no-such-key', errorDetail: 'amount' },
    ],
  },
  {
    name: 'each finding of a call, in order',
    findings: [ignored, wouldDeny, denial],
    expected: [{ rule: 'i' }, { rule: 'w' }, { rule: 'r' }],
  },
];

for (const { name, findings, expected } of table) {
  t.test(`logs ${name}`, (t) => {
    const written = lines(findings, quiet);
    t.equal(written.length, expected.length);
    t.match(written, expected);
    for (const line of written) {
      t.match(line, {
        msg: 'policy_decision',
        policy: 'p',
        message: 'm',
        path: '/v1/refund',
        method: 'POST',
        namespace: 'production',
        agent: 'support-agent',
        registry: 'customer-tools',
        tool: 'process_refund',
        sessionId: 's1',
        requestId: 'r1',
        userId: 'u1',
        decisionId: 'd1',
        durationMs: 0.012,
      });
    }
    t.notMatch(JSON.stringify(written), /secret/);
    t.end();
  });
}

t.test('with audit.logDecisions every line has headers and arguments, masked', (t) => {
  const audit = { logDecisions: true, redactFields: ['NOTE'] };
  for (const findings of [[], [denial]]) {
    const [line] = lines(findings, audit);
    t.match(line, {
      decision: findings.length === 0 ? 'allow' : 'deny',
      headers: { authorization: '[REDACTED]', 'x-request-id': 'r1' },
      arguments: { amount: 1, note: '[REDACTED]' },
    });
    t.notMatch(JSON.stringify(line), /secret/);
  }
  const [unreadable] = lines([], audit, { ...call, body: { state: 'unreadable', reason: 'truncated' } });
  t.match(unreadable, { bodyUnreadable: 'truncated' });
  t.equal(unreadable?.arguments, undefined);
  t.end();
});

const shown = ['path', 'sessionId', 'requestId', 'userId'] as const;

t.test('what stands in a field of its own is masked under its name and under that of its header', (t) => {
  for (const [redactFields, masked] of [
    [['PATH'], ['path']],
    [['session_id'], ['sessionId']],
    [['X-Omnia-Session-Id'], ['sessionId']],
    [['requestId'], ['requestId']],
    [['x-request-id'], ['requestId']],
    [['x-omnia-request-id'], []],
    [['user_id', 'x-omnia-user-id', 'tool'], ['userId']],
  ] as const) {
    for (const logDecisions of [true, false]) {
      const [line = {}] = lines([denial], { logDecisions, redactFields });
      t.strictSame(
        shown.filter((name) => line[name] === '[REDACTED]'),
        masked,
      );
    }
  }
  t.end();
});

t.test('tokens and masked names do not show in any field that the caller wrote', (t) => {
  const secrets = ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.secret', 'Bearer secret', 'card_number=secret'];
  for (const secret of secrets) {
    const headers = ['x-omnia-session-id', 'x-omnia-request-id', 'x-omnia-user-id'];
    const of: ToolCall = {
      ...call,
      headers: new Map(headers.map((name) => [name, secret])),
      request: { ...call.request, path: `/v1/${secret}/x?${secret}` },
    };
    const [line = {}] = lines([denial], { logDecisions: false, redactFields: ['card_number'] }, of);
    for (const name of shown) t.equal(line[name], '[REDACTED]', `${secret} as ${name}`);
  }
  t.end();
});
