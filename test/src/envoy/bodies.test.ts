import { gzipSync } from 'node:zlib';
import t from 'tap';
import type { Answer } from '../send.js';
import { startStack } from '../stack.js';
import { callTool, type ToolCallOptions } from '../tool-call.js';
import { policyDecision } from '../decision-lines.js';
import { untilEnforced } from '../until-enforced.js';

type OnFailure = 'deny' | 'allow';
type Mode = 'enforce' | 'audit';

/** One policy for each way to fail; the tool's name picks it. */
function policy(mode: Mode, onFailure: OnFailure): string {
  return `
apiVersion: omnia.altairalabs.ai/v1alpha1
kind: ToolPolicy
metadata: { name: limits-${mode}-${onFailure}, namespace: production }
spec:
  selector: { registry: customer-tools, tools: [${mode}-${onFailure}] }
  mode: ${mode}
  onFailure: ${onFailure}
  rules:
    - name: max-amount
      deny: { cel: 'has(body.amount) && double(body.amount) > 500.0', message: Too much }
    - name: reason
      deny: { cel: '!has(body.reason) || body.reason == ""', message: A reason is required }
    - name: header-rule
      deny: { cel: '"x-stop" in headers', message: Stopped by a header }
`;
}

const MODES: readonly Mode[] = ['enforce', 'audit'];
const FAILURES: readonly OnFailure[] = ['deny', 'allow'];
const HEADER_POLICY = `
apiVersion: omnia.altairalabs.ai/v1alpha1
kind: ToolPolicy
metadata: { name: headers-only, namespace: production }
spec:
  selector: { registry: customer-tools, tools: [headers-only] }
  rules:
    - name: header-rule
      deny: { cel: '"x-stop" in headers', message: Stopped by a header }
`;

/** What the rules say of a body; `unreadable` means that each rule that reads it fails. */
type Expected = 'pass' | 'max-amount' | 'reason' | 'unreadable';

const FORM = 'application/x-www-form-urlencoded';
const GOOD = { amount: 5, reason: 'r' };
const bodies: [name: string, options: ToolCallOptions, expected: Expected][] = [
  ['none', { contentType: null }, 'reason'],
  ['empty, JSON', { body: '' }, 'reason'],
  ['good', { body: GOOD }, 'pass'],
  ['good, chunked', { body: GOOD, chunks: 5 }, 'pass'],
  ['over the limit', { body: { ...GOOD, amount: 501 } }, 'max-amount'],
  ['amount as text', { body: { ...GOOD, amount: '501' } }, 'max-amount'],
  ['array', { body: '[1,2]' }, 'unreadable'],
  ['a text', { body: '"x"' }, 'unreadable'],
  ['invalid', { body: '{"amount":' }, 'unreadable'],
  ['duplicate keys', { body: '{"amount":5,"reason":"r","amount":501}' }, 'unreadable'],
  ['10,000 deep', { body: `{"reason":"r","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}` }, 'unreadable'],
  ['1 MiB', { body: JSON.stringify({ ...GOOD, x: 'x'.repeat(1024 * 1024) }) }, 'unreadable'],
  [
    '1 MiB, chunked',
    { body: JSON.stringify({ ...GOOD, x: 'x'.repeat(1024 * 1024) }), chunks: 64 },
    'unreadable',
  ],
  ['just below 64 KiB', { body: JSON.stringify({ ...GOOD, x: 'x'.repeat(65_000) }) }, 'pass'],
  ['wrong content type', { body: GOOD, contentType: 'text/plain' }, 'unreadable'],
  ['form', { body: 'amount=501&reason=r', contentType: FORM }, 'max-amount'],
  ['JSON under the label of a form', { body: { ...GOOD, amount: 600 }, contentType: FORM }, 'unreadable'],
  [
    'JSON under the label of a form, split to look like one',
    { body: '{"amount":600,"x":"&reason=x","reason":"y"}', contentType: FORM },
    'unreadable',
  ],
  ['a list in a form', { body: 'amount[]=600&reason=r', contentType: FORM }, 'unreadable'],
  ['a byte order mark', { body: '\ufeff{"amount":600,"reason":"r"}' }, 'unreadable'],
  [
    'gzip',
    { body: gzipSync('{"amount":600,"reason":"r"}'), headers: [['content-encoding', 'gzip']] },
    'unreadable',
  ],
  ['another charset', { body: GOOD, contentType: 'application/json; charset=utf-16' }, 'unreadable'],
  [
    'multipart',
    { body: '--a\r\n\r\n1\r\n--a--', contentType: 'multipart/form-data; boundary=a' },
    'unreadable',
  ],
  ['keys that differ in case', { body: '{"amount":5,"Amount":600,"reason":"r"}' }, 'unreadable'],
  [
    '$typeName',
    { body: { ...GOOD, $typeName: 'google.protobuf.Struct', fields: {}, amount: 600 } },
    'max-amount',
  ],
  [
    '$typeName inside',
    { body: { ...GOOD, amount: { $typeName: 'google.protobuf.DoubleValue', value: 1 } } },
    'unreadable',
  ],
  ['__proto__', { body: '{"__proto__":{"reason":"r","amount":1},"amount":600}' }, 'max-amount'],
  ['__proto__ is no reason', { body: '{"__proto__":{"reason":"r"}}' }, 'reason'],
  ['constructor', { body: '{"constructor":1,"amount":600,"reason":"r"}' }, 'max-amount'],
  ['null amount', { body: { ...GOOD, amount: null } }, 'unreadable'],
  ['null reason', { body: { ...GOOD, reason: null } }, 'pass'],
  ['bytes that are not UTF-8', { body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]) }, 'unreadable'],
];

t.test('every body under every way to fail', async (t) => {
  const policies = Object.fromEntries([
    ['headers.yaml', HEADER_POLICY],
    ...MODES.flatMap((mode) =>
      FAILURES.map((onFailure) => [`${mode}-${onFailure}.yaml`, policy(mode, onFailure)]),
    ),
  ]) as Record<string, string>;
  const stack = await startStack({ policies });
  t.teardown(() => stack.stop());

  const check = async (
    answer: Answer,
    name: string,
    expected: { rule?: string; mode: Mode },
  ): Promise<void> => {
    if (expected.rule === undefined) {
      t.equal(answer.status, 200, name);
      return;
    }
    const wouldDeny = expected.mode === 'audit';
    t.equal(answer.status, wouldDeny ? 200 : 403, name);
    t.match(await policyDecision(stack, answer), { decision: 'deny', wouldDeny, rule: expected.rule }, name);
  };

  for (const mode of MODES) {
    for (const onFailure of FAILURES) {
      for (const [name, options, expected] of bodies) {
        const tool = `${mode}-${onFailure}`;
        const answer = await callTool(stack, { ...options, tool });
        // The first rule that reads the body fails first; tolerated, the next rules still run.
        const failed = onFailure === 'deny' ? { rule: 'max-amount' } : {};
        const rule = expected === 'pass' ? {} : { rule: expected };
        await check(answer, `${name} (${tool})`, { ...(expected === 'unreadable' ? failed : rule), mode });
      }
      const stopped = await callTool(stack, {
        tool: `${mode}-${onFailure}`,
        body: '[',
        headers: [['x-stop', '1']],
      });
      const rule = onFailure === 'deny' ? 'max-amount' : 'header-rule';
      await check(stopped, `a later rule still runs (${mode}-${onFailure})`, { rule, mode });
    }
  }

  t.test('policies that do not read the body decide about any body', async (t) => {
    for (const [name, options] of bodies) {
      const headers = [...(options.headers ?? []), ['x-stop', '1'] as const];
      t.equal((await callTool(stack, { ...options, tool: 'headers-only' })).status, 200, name);
      t.equal((await callTool(stack, { ...options, headers, tool: 'headers-only' })).status, 403, name);
    }
  });
});

t.test('without a policy that reads bodies, Envoy buffers none', async (t) => {
  const stack = await startStack({ policies: { 'headers.yaml': HEADER_POLICY } });
  t.teardown(() => stack.stop());
  const buffering = async (): Promise<boolean> => {
    const dump = await fetch(`${stack.admin}/config_dump`);
    return (await dump.text()).includes('max_request_bytes');
  };
  t.notOk(await buffering());
  const big = JSON.stringify({ x: 'x'.repeat(1024 * 1024) });
  t.equal((await callTool(stack, { tool: 'headers-only', body: big })).status, 200);
  stack.writePolicy('limits.yaml', policy('enforce', 'deny'));
  // Envoy and the policy service each follow the folder: the edit is in force when both have seen it.
  await untilEnforced(buffering, (isBuffering) => isBuffering);
  const refunds = async (): Promise<readonly number[]> => {
    const tooMuch = await callTool(stack, { tool: 'enforce-deny', body: { amount: 501 } });
    const good = await callTool(stack, { tool: 'enforce-deny', body: GOOD });
    return [tooMuch.status, good.status];
  };
  t.same(await untilEnforced(refunds, ([tooMuch, good]) => tooMuch === 403 && good === 200), [403, 200]);
});
