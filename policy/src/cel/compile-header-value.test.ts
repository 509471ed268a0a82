import t from 'tap';
import { compileHeaderValue } from './compile-header-value.js';
import { createActivation } from './create-activation.js';
import { exampleCall, type ExampleCall } from './testing/example-call.js';

function valueOf(text: string, call: ExampleCall = {}): unknown {
  const compiled = compileHeaderValue(text);
  if (!compiled.ok) return compiled.problems.map(({ message }) => message).join();
  const result = compiled.expression.evaluate(createActivation(exampleCall(call)));
  return result.ok ? result.value : { code: result.code };
}

t.test('texts, bools and numbers become header values in JSON notation', (t) => {
  const body = {
    s: 'é',
    t: true,
    n: 1000000,
    f: 0.1,
    big: 1e21,
    tiny: 1e-7,
    neg: -0,
    l: [1],
    o: {},
    z: null,
  };
  const table: readonly [string, unknown][] = [
    ['"x"', 'x'],
    ['""', ''],
    ['body.s', 'é'],
    ['body.t', 'true'],
    ['1 == 2', 'false'],
    ['body.n', '1000000'],
    ['body.f', '0.1'],
    ['body.big', '1e+21'],
    ['body.tiny', '1e-7'],
    ['body.neg', '0'],
    ['1 + 1', '2'],
    ['9223372036854775807', '9223372036854775807'],
    ['18446744073709551615u', '18446744073709551615'],
    ['1.0', '1'],
    ['"n=" + string(int(body.n))', 'n=1000000'],
    ['string(body.n)', '1e+06'],
    ['headers["X-Team"]', 'support'],
    ['request.method + " " + tool.registry', 'POST r'],
    ['body.l', { code: 'not-a-header-value' }],
    ['body.o', { code: 'not-a-header-value' }],
    ['body.z', { code: 'not-a-header-value' }],
    ['1.0 / 0.0', { code: 'not-a-header-value' }],
    ['0.0 / 0.0', { code: 'not-a-header-value' }],
    ['dyn(timestamp(0))', { code: 'not-a-header-value' }],
    ['body.missing', { code: 'no-such-key' }],
  ];
  for (const [text, expected] of table)
    t.strictSame(valueOf(text, { body, headers: { 'X-Team': 'support' } }), expected, text);
  t.end();
});

t.test('what can never be a header value is refused', (t) => {
  for (const text of [
    '[1]',
    '{}',
    'null',
    'b"ab"',
    'timestamp(0)',
    'duration("1s")',
    'type(1)',
    'headers',
    'body',
  ]) {
    t.match(valueOf(text), /^a header's value must be a string, a bool or a number, and this is a /, text);
  }
  t.match(valueOf('bdy.x'), /there is no variable 'bdy'/);
  t.end();
});

t.test('a value that reads an unreadable body fails', (t) => {
  const unreadable = 'not-buffered';
  t.strictSame(valueOf('body.x', { unreadable }), { code: 'body-unreadable' });
  t.equal(valueOf('request.host', { unreadable }), 'h');
  t.end();
});
