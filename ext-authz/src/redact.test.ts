import type { JsonValue } from '@omnia-policy/policy';
import fc from 'fast-check';
import t from 'tap';
import { fieldMask } from './field-mask.js';
import { redactHeaders, redacted, redactValue } from './redact.js';

const secret = 'S3CR3T-VALUE';

/** Any JSON that holds the secret under the field and nowhere else, as deep as may be. */
function holding(field: fc.Arbitrary<string>): fc.Arbitrary<JsonValue> {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.tuple(field, leaf).map(([name, value]): JsonValue => ({ [name]: secret, other: value })),
      fc
        .tuple(field, tie('tree'))
        .map(([name, value]): JsonValue => ({ [name]: { inner: secret }, nested: value })),
      fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
      fc.dictionary(fc.string(), tie('tree'), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  return tree;
}

const spelling = (name: string) =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((capitals) =>
      Array.from(name, (letter, index) => (capitals[index] === true ? letter.toUpperCase() : letter)).join(
        '',
      ),
    );

t.test('a redacted field is masked at any depth, in any case, with - or _ or neither', (t) => {
  const field = fc.oneof(spelling('cardnumber'), spelling('card_number'), spelling('Card-Number'));
  fc.assert(
    fc.property(holding(field), (value) => {
      const text = JSON.stringify(redactValue(value, fieldMask(['card_number'])));
      return !text.includes(secret) && text.includes(redacted);
    }),
  );
  t.pass();
  t.end();
});

t.test('what is not redacted stays as it was', (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as JsonValue;
      t.equal(JSON.stringify(redactValue(plain, () => false)), JSON.stringify(plain));
    }),
  );
  t.end();
});

t.test('credentials are masked whatever the policy says', (t) => {
  const mask = fieldMask([]);
  for (const name of [
    'authorization',
    'Authorization',
    'cookie',
    'Set-Cookie',
    'Proxy-Authorization',
    'X-API-Key',
    'api-key',
    'X-Auth-Token',
    'x-access-token',
    'X-Amz-Security-Token',
    'x-csrf-token',
    'x-session-token',
    'refreshToken',
    'client_secret',
    'password',
  ]) {
    t.strictSame(redactHeaders(new Map([[name.toLowerCase(), secret]]), mask), {
      [name.toLowerCase()]: redacted,
    });
    t.strictSame(redactValue({ [name]: secret }, mask), { [name]: redacted });
  }
  t.end();
});

t.test('tokens are masked wherever they stand', (t) => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';
  for (const text of [jwt, `see ${jwt}`, `Bearer ${secret}`, `bearer   ${secret}`]) {
    t.strictSame(redactValue([{ note: text }], fieldMask([])), [{ note: redacted }]);
    t.strictSame(redactHeaders(new Map([['x-note', text]]), fieldMask([])), { 'x-note': redacted });
  }
  t.strictSame(redactValue('the bearer', fieldMask([])), 'the bearer');
  t.end();
});

t.test('headers that repeat an argument or a claim are masked with it', (t) => {
  const headers = new Map([
    ['x-omnia-param-cardnumber', '4111'],
    ['x-omnia-claim-card_number', '4111'],
    ['card-number', '4111'],
    ['x-other', 'kept'],
  ]);
  t.strictSame(redactHeaders(headers, fieldMask(['cardNumber'])), {
    'x-omnia-param-cardnumber': redacted,
    'x-omnia-claim-card_number': redacted,
    'card-number': redacted,
    'x-other': 'kept',
  });
  t.end();
});

t.test('a field named __proto__ stays a field', (t) => {
  const value = JSON.parse('{"__proto__": {"a": "x"}}') as JsonValue;
  t.equal(JSON.stringify(redactValue(value, fieldMask([]))), '{"__proto__":{"a":"x"}}');
  t.end();
});

t.test('a URL in a header loses its query, whatever the header is called', (t) => {
  const urls = new Map([
    ['referer', `https://app.example/callback?code=${secret}#top`],
    ['x-original-url', `/callback?code=${secret}`],
    ['origin', `https://app.example?code=${secret}`],
    ['x-question', 'is this a URL? no'],
  ]);
  t.strictSame(redactHeaders(urls, fieldMask([])), {
    referer: `https://app.example/callback?${redacted}`,
    'x-original-url': `/callback?${redacted}`,
    origin: `https://app.example?${redacted}`,
    'x-question': 'is this a URL? no',
  });
  t.end();
});

const deep = `${'['.repeat(50_000)}{"card_number":"${secret}"}${']'.repeat(50_000)}`;

const texts: readonly [what: string, text: string, seen: string][] = [
  ['an object', `{"card_number":"${secret}","amount":1}`, `{"card_number":"${redacted}","amount":1}`],
  ['an array, with blanks', ` [ {"Card-Number": "${secret}"} ]`, `[{"Card-Number":"${redacted}"}]`],
  [
    'an object in a text in an object',
    JSON.stringify({ inner: JSON.stringify({ cardNumber: secret }) }),
    JSON.stringify({ inner: JSON.stringify({ cardNumber: redacted }) }),
  ],
  ['an object with the outer field twice', `{"a":{"card_number":"${secret}"},"a":1}`, redacted],
  ['half an object', `{"card_number":"${secret}`, redacted],
  ['a piece of an escaped object', `{\\"card_number\\":\\"${secret}`, redacted],
  ['a form', `amount=1&card_number=${secret}`, redacted],
  ['YAML', `amount: 1\ncard_number : ${secret}`, redacted],
  ['an object that is nested very deep', deep, redacted],
  ['an object without the field, as it was written', '{ "amount": 1 }', '{ "amount": 1 }'],
  ['a sentence with the name', 'the card_number is missing', 'the card_number is missing'],
];

for (const [what, text, seen] of texts) {
  t.test(`a redacted field does not show in a text that is ${what}`, (t) => {
    const mask = fieldMask(['card_number']);
    t.strictSame(redactValue({ note: [text] }, mask), { note: [seen] });
    t.strictSame(redactHeaders(new Map([['x-note', text]]), mask), { 'x-note': seen });
    t.end();
  });
}
