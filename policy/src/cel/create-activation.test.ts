import t from 'tap';
import type { JsonObject } from '../call/json.js';
import { compileRule } from './compile-rule.js';
import { createActivation } from './create-activation.js';
import { exampleCall, type ExampleCall } from './testing/example-call.js';

function evaluate(text: string, call: ExampleCall = {}): unknown {
  const compiled = compileRule(text);
  if (!compiled.ok) throw new Error(`${text}: ${JSON.stringify(compiled.problems)}`);
  const result = compiled.expression.evaluate(createActivation(exampleCall(call)));
  return result.ok ? result.value : result.code;
}

function body(text: string): JsonObject {
  return JSON.parse(text) as JsonObject;
}

t.test('headers are found whatever their capitals', (t) => {
  const headers = { 'X-Omnia-Claim-Team': 'finance', empty: '' };
  for (const text of [
    'headers["X-Omnia-Claim-Team"] == "finance"',
    'headers["x-omnia-claim-team"] == "finance"',
    '"X-OMNIA-CLAIM-TEAM" in headers',
    'headers.Empty == ""',
    'has(headers.EMPTY)',
    '!has(headers.other)',
    '!("x-other" in headers)',
    'headers.size() == 2',
    'headers.exists(h, h == "x-omnia-claim-team")',
    'headers == {"x-omnia-claim-team": "finance", "empty": ""}',
    'headers["x-omnia-" + "claim-team"] == "finance"',
  ]) {
    t.equal(evaluate(text, { headers }), true, text);
  }
  t.equal(evaluate('headers.constructor == "x"'), 'no-such-key');
  t.end();
});

t.test('claims are found whatever their capitals, - like _', (t) => {
  const identity = { claims: { customer_id: 'c-1', constructor: 'x' }, subject: 'u1' };
  for (const text of [
    'identity.claims.customer_id == "c-1"',
    'identity.claims["Customer-Id"] == "c-1"',
    '"CUSTOMER_ID" in identity.claims',
    'has(identity.claims.Customer_ID)',
    '!has(identity.claims.other)',
    'identity.claims.constructor == "x"',
    'identity.subject == "u1" && identity.origin == "o" && identity.endUser == "e"',
    'identity.workspace == "w" && identity.agent == "a"',
    'size(identity) == 6',
  ]) {
    t.equal(evaluate(text, { identity }), true, text);
  }
  t.equal(evaluate('identity["ro" + "le"] == "admin"', { identity }), 'no-such-key');
  t.end();
});

t.test('the request, the tool and the MCP message can be read', (t) => {
  t.equal(evaluate('request.method + request.path + request.host == "POST/ph"'), true);
  t.equal(evaluate('tool.registry == "r" && tool.name == "n"'), true);
  t.equal(evaluate('mcp == {} && !has(mcp.method)'), true);
  const mcp = { method: 'tools/call', tool: 'refund', id: 7 };
  t.equal(evaluate('mcp.method == "tools/call" && mcp.tool == "refund" && mcp.id == 7', { mcp }), true);
  t.equal(evaluate('!has(mcp.id)', { mcp: { method: 'notifications/x' } }), true, 'a notification has no id');
  t.equal(evaluate('has(mcp.id) && mcp.id == null', { mcp: { method: 'x', id: null } }), true);
  t.end();
});

t.test('a body is read as JSON says, by its own keys only', (t) => {
  const hostile = body(
    '{"amount":600,"nullv":null,"$typeName":"google.protobuf.Struct","fields":{},"__proto__":{"admin":true},' +
      '"inner":{"$typeName":"google.protobuf.DoubleValue","value":1},"list":[{"$typeName":"google.protobuf.Any"},null]}',
  );
  for (const text of [
    'body.amount == 600 && body.amount > 500.0',
    'type(body.amount) == double',
    'has(body.nullv) && body.nullv == null && "nullv" in body',
    'body["$typeName"] == "google.protobuf.Struct"',
    'body.inner["$typeName"] == "google.protobuf.DoubleValue" && body.inner.value == 1',
    'type(body.inner) == map && type(body.list[0]) == map && body.list[1] == null',
    'body.__proto__.admin == true && size(body) == 7',
    '!has(body.constructor) && !has(body.toString) && !("hasOwnProperty" in body)',
    '!has(body.inner.__proto__) && !has(body.inner.constructor)',
  ]) {
    t.equal(evaluate(text, { body: hostile }), true, text);
  }
  t.equal(evaluate('body.constructor == 1', { body: hostile }), 'no-such-key');
  t.equal(evaluate('body.constructor.name == "x"', { body: body('{"constructor":{"name":"x"}}') }), true);
  t.equal(evaluate('has(body.admin)', { body: hostile }), false);
  t.notOk(Object.hasOwn(Object.prototype, 'admin'), 'no prototype was touched');
  t.end();
});

t.test('JSON deeper than 32 fails, in lists as in objects', (t) => {
  const nested = (depth: number, open: string, close: string): JsonObject =>
    body(`{"a":${open.repeat(depth)}1${close.repeat(depth)}}`);
  t.equal(evaluate('body.a == body.a', { body: nested(31, '[', ']') }), true);
  t.equal(evaluate('body.a == body.a', { body: nested(40, '[', ']') }), 'evaluation-failed');
  t.equal(evaluate('body == {}', { body: nested(5000, '[', ']') }), false, 'the deep part is not read');
  t.equal(evaluate('body == {"a": 1}', { body: nested(5000, '[', ']') }), 'evaluation-failed');
  t.equal(evaluate('body == body && body.a == {}', { body: nested(40, '{"b":', '}') }), false);
  const same = nested(40, '{"b":', '}');
  t.equal(
    evaluate('{"x": body} == {"x": {"a": body.a}}', { body: same }),
    true,
    'one object is equal to itself',
  );
  t.end();
});

t.test('a variable is converted once for all expressions', (t) => {
  const call = exampleCall({ body: { l: [1] } });
  const activation = createActivation(call);
  const variables = activation as unknown as Record<string, unknown>;
  for (const name of ['headers', 'body', 'identity', 'request', 'tool', 'mcp']) {
    t.equal(variables[name], variables[name], name);
  }
  t.equal(activation.call, call);
  t.end();
});
