import type { Decision, DenialResponse, Finding } from '@omnia-policy/policy';
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { responseOf, type DecisionAnswer } from './response-of.js';
import { checkMethod } from './services.js';

const allow: Decision = {
  outcome: 'allow',
  findings: [],
  matched: [],
  injectHeaders: [],
  removeHeaders: [],
  audit: { logDecisions: false, redactFields: [] },
};
const finding = (rule: string): Finding => ({
  policy: { kind: 'ToolPolicy', namespace: 'n', name: 'p' },
  rule,
  message: 'm',
  mode: 'enforce',
  action: 'deny',
});
const deny = (rule: string): Decision => ({
  ...allow,
  outcome: 'deny',
  denial: finding(rule),
  findings: [finding(rule)],
});
const denial = (body: string): DenialResponse => ({ status: 403, contentType: 'application/json', body });
/** Encoded as Envoy gets it. */
const encode = (answer: DecisionAnswer): Buffer => checkMethod.responseSerialize(responseOf(answer));
const text = (string_value: string) => ({ string_value });

t.test('each response carries its own id, twice, and the rest of its own decision', (t) => {
  for (let round = 0; round < 3; round += 1) {
    for (const rule of ['one', 'two\nlines', '']) {
      const decisionId = randomUUID();
      const bytes = encode({ decision: deny(rule), decisionId, denial: denial(`body of ${rule}`) });
      t.strictSame(checkMethod.responseDeserialize(bytes), {
        status: { code: 7 },
        denied_response: {
          status: { code: 403 },
          headers: [
            { header: { key: 'content-type', value: 'application/json' }, append_action: 2 },
            { header: { key: 'x-omnia-decision-id', value: decisionId }, append_action: 2 },
          ],
          body: `body of ${rule}`,
        },
        dynamic_metadata: {
          fields: {
            outcome: text('denied'),
            policy: text('p'),
            rule: text(rule),
            inject: text('{"remove":[],"set":[]}'),
            decision_id: text(decisionId),
          },
        },
      });
    }
  }
  t.end();
});

t.test('headers to inject travel as JSON', (t) => {
  for (const value of ['a', 'b "quoted"', 'a']) {
    const decision: Decision = {
      ...allow,
      injectHeaders: [{ name: 'x-team', value }],
      removeHeaders: ['x-team', 'x-gone'],
    };
    const response = checkMethod.responseDeserialize(encode({ decision, decisionId: randomUUID() }));
    t.match(response, {
      status: {},
      ok_response: {},
      dynamic_metadata: {
        fields: {
          outcome: text('allowed'),
          inject: text(JSON.stringify({ remove: ['x-team', 'x-gone'], set: [['x-team', value]] })),
        },
      },
    });
  }
  t.end();
});

t.test('an allow always says so: a status that is not set would mean the same and hide a mistake', (t) => {
  const bytes = encode({ decision: allow, decisionId: randomUUID() });
  t.strictSame([...bytes.subarray(0, 4)], [0x0a, 2, 0x08, 0], 'status, its code 0');
  t.end();
});
