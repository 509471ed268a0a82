import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import { officialMessage } from '../testing/compared-protos.js';
import { readCheckRequest, type CheckRequest } from './read-check-request.js';

const { encode } = officialMessage('CheckRequest');

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const name = fc.oneof(text, fc.constantFrom(':method', 'X-Name', 'x-name', '__proto__', 'payload', 'sub'));
const texts = fc.dictionary(name, text, { minKeys: 1, maxKeys: 5, noNullPrototype: true });
const bytes = fc.uint8Array({ minLength: 1, maxLength: 50 }).map((value) => Buffer.from(value));
const some = <T extends object>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record(model, { requiredKeys: [], noNullPrototype: true });
const line = { method: text, headers: texts, path: text, host: text };
/** Envoy sets one of the two bodies. */
const http = fc.oneof(some({ ...line, body: text }), some({ ...line, rawBody: bytes }));

const leaf = fc.oneof(
  text.map((stringValue) => ({ stringValue })),
  fc.double().map((numberValue) => ({ numberValue })),
  fc.constant({ listValue: { values: [{ boolValue: true }] } }),
);
const structValue = fc
  .dictionary(name, leaf, { maxKeys: 4, noNullPrototype: true })
  .map((fields) => ({ fields }));
const struct = fc
  .dictionary(
    name,
    fc.oneof(
      leaf,
      structValue.map((value) => ({ structValue: value })),
    ),
    { noNullPrototype: true },
  )
  .map((fields) => ({ fields }));
const claims = fc.tuple(text, structValue).map(([subject, { fields }]) => ({
  subject,
  metadata: {
    fields: { payload: { structValue: { fields: { ...fields, sub: { stringValue: subject } } } } },
  },
}));

/** With much that is not read. */
const message = fc.record({
  http,
  principal: text,
  contextExtensions: texts,
  claims: fc.option(claims, { nil: undefined }),
  others: fc.dictionary(text, struct, { maxKeys: 3, noNullPrototype: true }),
});
type Message = typeof message extends fc.Arbitrary<infer Value> ? Value : never;

function encodeAll({ http, principal, contextExtensions, claims, others }: Message): Buffer {
  return encode({
    attributes: {
      source: { principal, service: 's', address: { socketAddress: { address: '::1', portValue: 1 } } },
      destination: { principal: 'spiffe://a/other' },
      request: {
        time: { seconds: 1, nanos: 2 },
        http: { id: '7', scheme: 'http', size: 12, protocol: 'HTTP/1.1', query: 'q', fragment: 'f', ...http },
      },
      contextExtensions,
      metadataContext: {
        filterMetadata: { ...others, ...(claims && { 'envoy.filters.http.jwt_authn': claims.metadata }) },
      },
      tlsSession: { sni: 'x' },
    },
  });
}

const lowerCase = (entries: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(entries).map(([key, value]) => [key.toLowerCase(), value]);

function expected({ http, principal, contextExtensions, claims }: Message): CheckRequest {
  const body = 'rawBody' in http ? http.rawBody : 'body' in http ? http.body : undefined;
  return {
    method: http.method ?? '',
    path: http.path ?? '',
    host: http.host ?? '',
    headers: new Map(lowerCase(http.headers ?? {}).filter(([key]) => !key.startsWith(':'))),
    body: Buffer.from(body ?? ''),
    contextExtensions: new Map(lowerCase(contextExtensions).filter(([key]) => !key.startsWith(':'))),
    subject: claims?.subject ?? '',
    principal,
  };
}

t.test('what the official definition writes is read as it was meant', (t) => {
  fc.assert(
    fc.property(message, (sent) => {
      const received = readCheckRequest(encodeAll(sent));
      deepStrictEqual({ ...received, body: Buffer.from(received.body) }, expected(sent));
    }),
    { numRuns: 500 },
  );
  t.pass();
  t.end();
});

/** A part with a length of less than 128 bytes. */
function part(field: number, content: string | Buffer): Buffer {
  const inner = Buffer.from(content);
  return Buffer.concat([Buffer.from([(field << 3) | 2, inner.length]), inner]);
}
const keyFirst = (key: string, value: string | Buffer) => Buffer.concat([part(1, key), part(2, value)]);
const valueFirst = (key: string, value: string | Buffer) => Buffer.concat([part(2, value), part(1, key)]);

for (const [order, entry] of Object.entries({ keyFirst, valueFirst })) {
  t.test(`entries of maps are read in the order ${order}`, (t) => {
    const claims = Buffer.concat([
      part(1, entry('iss', part(3, 'other'))),
      part(1, entry('sub', part(3, 'user-1'))),
      part(1, entry('aud', part(3, 'other'))),
    ]);
    const payload = part(1, entry('payload', part(5, claims)));
    const attributes = Buffer.concat([
      part(1, Buffer.concat([part(2, 's'), part(4, 'spiffe://a/b'), part(5, 'c')])),
      part(4, part(2, part(3, entry('x-a', '1')))),
      part(10, entry('omnia_registries', 'n/r')),
      part(11, part(1, entry('envoy.filters.http.jwt_authn', payload))),
    ]);
    const bytes = Buffer.concat([
      Buffer.from([0x0a, (attributes.length % 128) | 128, attributes.length >> 7]),
      attributes,
    ]);
    const { headers, contextExtensions, subject, principal } = readCheckRequest(bytes);
    t.strictSame(
      [[...headers], [...contextExtensions], subject, principal],
      [[['x-a', '1']], [['omnia_registries', 'n/r']], 'user-1', 'spiffe://a/b'],
    );
    t.end();
  });
}
