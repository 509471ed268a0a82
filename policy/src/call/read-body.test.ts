import fc from 'fast-check';
import t from 'tap';
import { readBody, type ReadBody } from './read-body.js';

const JSON_TYPE = new Map([['content-type', 'application/json']]);

function read(text: string, headers: ReadonlyMap<string, string> = JSON_TYPE): ReadBody {
  return readBody({ state: 'whole', bytes: new TextEncoder().encode(text) }, headers);
}

function withType(contentType: string): ReadonlyMap<string, string> {
  return new Map([['content-type', contentType]]);
}

t.test('an empty body is an empty object, whatever its type', (t) => {
  t.same(read(''), { state: 'json', value: {}, type: 'json' });
  t.same(read('', withType('image/png')), { state: 'json', value: {}, type: 'json' });
  t.end();
});

t.test('readable bodies', (t) => {
  const cases: [name: string, text: string, headers: ReadonlyMap<string, string>, value: unknown][] = [
    ['JSON object', '{"a":{"b":[1,null,true]}}', JSON_TYPE, { a: { b: [1, null, true] } }],
    ['suffix +json', '{"a":1}', withType('application/vnd.api+json'), { a: 1 }],
    ['charset utf-8', '{"a":1}', withType('Application/JSON; charset="UTF-8"'), { a: 1 }],
    ['no content type', '{"a":1}', new Map(), { a: 1 }],
    [
      'colons and braces inside strings',
      '{"a:b":"{\\"c\\":1}","d\\\\":":"}',
      JSON_TYPE,
      { 'a:b': '{"c":1}', 'd\\': ':' },
    ],
    ['the same key in different objects', '[{"a":1},{"a":{"a":2}}]', JSON_TYPE, [{ a: 1 }, { a: { a: 2 } }]],
    ['a surrogate pair', '"\\ud83d\\ude00"', JSON_TYPE, '😀'],
    ['a form with a dot', 'a.b=1&c=2', withType('application/x-www-form-urlencoded'), { 'a.b': '1', c: '2' }],
    ['form', 'a=1&b=x+y%26&c=', withType('application/x-www-form-urlencoded'), { a: '1', b: 'x y&', c: '' }],
  ];
  for (const [name, text, headers, value] of cases) {
    const body = read(text, headers);
    t.equal(body.state, 'json', name);
    if (body.state === 'json') t.same(JSON.parse(JSON.stringify(body.value)), value, name);
  }
  t.end();
});

t.test('__proto__ is an ordinary own key', (t) => {
  const body = read('{"__proto__":{"amount":1},"constructor":2}');
  t.equal(body.state, 'json');
  if (body.state === 'json') {
    t.ok(Object.hasOwn(body.value as object, '__proto__'));
    t.equal(Object.getPrototypeOf(body.value), Object.prototype);
  }
  t.end();
});

t.test('unreadable bodies say why', (t) => {
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
  const cases: [name: string, text: string, headers: ReadonlyMap<string, string>, reason: string][] = [
    ['broken JSON', '{"a":', JSON_TYPE, 'invalid-json'],
    ['a byte order mark', '\ufeff{"a":1}', JSON_TYPE, 'invalid-json'],
    ['two documents', '{"a":1}{"a":2}', JSON_TYPE, 'invalid-json'],
    ['a number beyond double', '{"a":1e400}', JSON_TYPE, 'invalid-json'],
    ['a number of 400 digits', `{"a":${'9'.repeat(400)}}`, JSON_TYPE, 'invalid-json'],
    ['a lone surrogate', '{"a":"\\ud800"}', JSON_TYPE, 'invalid-json'],
    ['a lone surrogate as key', '{"\\uDEAD":1}', JSON_TYPE, 'invalid-json'],
    ['a mantissa and an exponent beyond double', `{"a":${'9'.repeat(250)}e59}`, JSON_TYPE, 'invalid-json'],
    ['keys that differ in case', '{"amount":1,"x":{"Amount":600,"amount":1}}', JSON_TYPE, 'duplicate-keys'],
    ['keys that differ by a long s', '{"s":1,"\u017f":2}', JSON_TYPE, 'duplicate-keys'],
    [
      'charset with a blank',
      '{"a":1}',
      withType('application/json; charset =utf-16'),
      'unsupported-content-type',
    ],
    ['duplicate keys', '{"a":1,"a":2}', JSON_TYPE, 'duplicate-keys'],
    ['duplicate keys, escaped', '{"a":1,"\\u0061":2}', JSON_TYPE, 'duplicate-keys'],
    ['duplicate keys, nested', '{"x":[{"a":1,"b":2,"a":1}]}', JSON_TYPE, 'duplicate-keys'],
    ['duplicate __proto__', '{"__proto__":1,"__proto__":2}', JSON_TYPE, 'duplicate-keys'],
    ['10,000 levels', deep, JSON_TYPE, 'too-deep'],
    ['33 levels', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, JSON_TYPE, 'too-deep'],
    ['text', '{"a":1}', withType('text/plain'), 'unsupported-content-type'],
    ['two content types', '{"a":1}', withType('application/json,text/plain'), 'unsupported-content-type'],
    ['another charset', '{"a":1}', withType('application/json; charset=utf-16'), 'unsupported-content-type'],
    [
      'compressed',
      '{"a":1}',
      new Map([...JSON_TYPE, ['content-encoding', 'gzip']]),
      'unsupported-content-type',
    ],
    ['a broken form', 'a=%ZZ', withType('application/x-www-form-urlencoded'), 'invalid-form'],
    ...[
      '{"amount":600}',
      ' [1]',
      '\ufeffamount=600',
      'amount[]=600',
      'amount%5B0%5D=600',
      'a=1;amount=600',
      '+amount=600',
      'amount%0A=600',
      '=600',
    ].map((text): [string, string, ReadonlyMap<string, string>, string] => [
      `a form that others read otherwise: ${text}`,
      text,
      withType('application/x-www-form-urlencoded'),
      'invalid-form',
    ]),
    ...['a=1&a=2', 'amount=1&Amount=2', 'a=1&%41=2', 'order.id=1&order_id=2', 'a.b.c=1&A_b.C=2'].map(
      (text): [string, string, ReadonlyMap<string, string>, string] => [
        `form fields that are one to some: ${text}`,
        text,
        withType('application/x-www-form-urlencoded'),
        'duplicate-keys',
      ],
    ),
  ];
  for (const [name, text, headers, reason] of cases) {
    t.same(read(text, headers), { state: 'unreadable', reason }, name);
  }
  t.end();
});

t.test('32 levels are read', (t) => {
  t.equal(read(`${'{"a":'.repeat(32)}1${'}'.repeat(32)}`).state, 'json');
  t.end();
});

t.test('bytes that are not UTF-8, truncated, unseen or huge bodies are unreadable', (t) => {
  const bytes = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
  t.same(readBody({ state: 'whole', bytes }, JSON_TYPE), { state: 'unreadable', reason: 'invalid-json' });
  t.same(readBody({ state: 'truncated', bytes }, JSON_TYPE), { state: 'unreadable', reason: 'truncated' });
  t.same(readBody({ state: 'not-buffered', bytes: new Uint8Array() }, JSON_TYPE), {
    state: 'unreadable',
    reason: 'not-buffered',
  });
  const huge = new Uint8Array(4 * 1024 * 1024 + 1);
  t.same(readBody({ state: 'whole', bytes: huge }, JSON_TYPE), { state: 'unreadable', reason: 'too-large' });
  t.end();
});

t.test('whatever JSON.stringify writes is read as it was', (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 10 }), (value) => {
      const text = JSON.stringify(value);
      const body = read(text);
      t.equal(body.state, 'json', text);
      if (body.state === 'json') t.equal(JSON.stringify(body.value), text);
    }),
    { numRuns: 300, seed: 7 },
  );
  t.end();
});

t.test('a key written twice is always found', (t) => {
  const pair = fc.tuple(fc.string(), fc.jsonValue({ maxDepth: 2 }));
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 6 }), (pairs) => {
      const [first] = pairs;
      const members = [...pairs, ...(first ? [first] : [])].map(
        ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
      );
      t.same(read(`{${members.join(',')}}`), { state: 'unreadable', reason: 'duplicate-keys' });
    }),
    { numRuns: 300, seed: 7 },
  );
  t.end();
});
