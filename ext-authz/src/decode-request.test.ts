import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import { decodeRequest } from './decode-request.js';
import { checkMethod } from './services.js';
import { officialMessage } from './testing/compared-protos.js';

const official = officialMessage('CheckRequest');
const BUFFERED_BYTES = 65_536;

/** From the bytes on the wire to the request, as a running service does it. */
function read(bytes: Buffer) {
  return decodeRequest(checkMethod.requestDeserialize(bytes), BUFFERED_BYTES);
}

function jwtPayload(fields: object): object {
  return { 'envoy.filters.http.jwt_authn': { fields: { payload: { structValue: { fields } } } } };
}

/** JSON.parse, unlike a literal, makes `__proto__` a field like any other. */
const ownProto = (value: unknown): object => JSON.parse(`{"__proto__": ${JSON.stringify(value)}}`) as object;

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const filled = text.filter((value) => value !== '');
const name = fc.oneof(fc.stringMatching(/^[a-z-]{1,12}$/), fc.constantFrom('__proto__', 'constructor'));
const texts = fc.array(fc.tuple(name, text), { maxLength: 6 }).map((list) => new Map(list));
const body = fc.oneof(
  filled.map((value) => ({ sent: { body: value }, bytes: Buffer.from(value) })),
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((value) => {
    const bytes = Buffer.from(value);
    return { sent: { rawBody: bytes }, bytes };
  }),
);
const request = fc.record({
  method: filled,
  path: filled,
  host: text,
  headers: texts,
  body,
  subject: text,
  principal: text,
  extensions: texts,
});
type Request = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

/** As Envoy encodes it, with much that is not read. */
function encode({ method, path, host, headers, body, subject, principal, extensions }: Request): Buffer {
  const sub = { stringValue: subject };
  return official.encode({
    attributes: {
      source: { principal },
      request: {
        time: { seconds: 1, nanos: 2 },
        http: {
          ...{ id: '7', method, path, host, size: 12, protocol: 'HTTP/1.1', ...body.sent },
          headers: Object.fromEntries([
            ...headers,
            [':method', method],
            ['x-envoy-auth-partial-body', 'false'],
          ]),
        },
      },
      contextExtensions: Object.fromEntries([...extensions, ['omnia_registries', 'production/a']]),
      metadataContext: {
        filterMetadata: { other: { fields: { sub } }, ...jwtPayload({ sub, exp: { numberValue: 1 } }) },
      },
      tlsSession: { sni: 'x' },
    },
  });
}

t.test('a request is read as it was sent, whatever its headers and extensions are named', (t) => {
  fc.assert(
    fc.property(request, (sent) => {
      const { method, path, host, headers, subject, principal } = sent;
      const received = read(encode(sent));
      deepStrictEqual(received && { ...received, body: Buffer.from(received.body.bytes) }, {
        ...{ method, path, host, headers, subject, principal },
        body: sent.body.bytes,
        attachment: { registries: [{ namespace: 'production', name: 'a' }] },
      });
    }),
    { numRuns: 300 },
  );
  t.pass();
  t.end();
});

const limits: readonly (readonly [
  length: number,
  headers: Readonly<Record<string, string>>,
  state: string,
])[] = [
  [0, {}, 'whole'],
  [99, {}, 'whole'],
  [99, { 'content-length': '99' }, 'whole'],
  [99, { 'content-length': '100' }, 'truncated'],
  [99, { 'x-envoy-auth-partial-body': 'true' }, 'truncated'],
  [100, {}, 'truncated'],
  [100, { 'content-length': '100' }, 'whole'],
  [100, { 'content-length': '100', 'x-envoy-auth-partial-body': 'true' }, 'truncated'],
  [100, { 'content-length': '100, 100' }, 'truncated'],
  [100, { 'content-length': '99' }, 'truncated'],
  [101, { 'content-length': '101' }, 'truncated'],
];
t.test('a full buffer holds a whole body only if the request says that there is no more', (t) => {
  for (const [length, headers, state] of limits) {
    const rawBody = Buffer.alloc(length);
    const bytes = official.encode({
      attributes: { request: { http: { method: 'POST', path: '/', headers, rawBody } } },
    });
    const received = decodeRequest(checkMethod.requestDeserialize(bytes), 100);
    t.equal(received?.body.state, state, `${length} of 100, ${JSON.stringify(headers)}`);
  }
  t.end();
});

t.test('the name __proto__ lends nobody a claim or an attachment', (t) => {
  const sub = { stringValue: 'admin' };
  const claims = { structValue: { fields: { sub } } };
  const metadata: readonly object[] = [
    ownProto({ fields: { payload: claims } }),
    { 'envoy.filters.http.jwt_authn': { fields: ownProto({ payload: claims, ...claims }) } },
    jwtPayload(ownProto({ sub, ...claims })),
    jwtPayload({ sub: claims }),
  ];
  for (const filterMetadata of metadata) {
    const bytes = official.encode({
      attributes: {
        request: { http: { method: 'GET', path: '/' } },
        contextExtensions: ownProto('omnia_registries'),
        metadataContext: { filterMetadata },
      },
    });
    t.ok(bytes.includes('admin'));
    const received = read(bytes);
    t.strictSame([received?.subject, received?.attachment], ['', undefined]);
  }
  t.end();
});

const refusals: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['nothing', []],
  ['a length beyond the end', [0x0a, 0x05, 0x00]],
  ['a length beyond the part that it stands in', [0x0a, 0x02, 0x22, 0x05, 0, 0, 0, 0, 0]],
  ['a number that never ends', [0x08, ...Array<number>(11).fill(0xff)]],
  ['field number 0', [0x02, 0x00]],
  ['a group', [0x0b, 0x0c]],
  ['half a fixed number', [0x09, 0x00]],
  ['groups in groups without end', Array<number>(3000).fill(0x7b)],
];
for (const [name, bytes] of refusals) {
  t.test(`${name} is no request`, (t) => {
    t.equal(attempt(Buffer.from(bytes)), undefined);
    t.end();
  });
}

t.test('damaged messages are refused, or are requests all the same', (t) => {
  let refused = 0;
  const change = fc.record({ at: fc.nat(), to: fc.nat(255), cut: fc.boolean() });
  fc.assert(
    fc.property(request, fc.array(change, { minLength: 1, maxLength: 3 }), (sent, changes) => {
      const received = attempt(changes.reduce(damage, encode(sent)));
      if (received === undefined) refused += 1;
      return received === undefined || (received.method !== '' && received.path !== '');
    }),
    { numRuns: 1000 },
  );
  t.ok(refused > 0, `${refused} refused`);
  t.end();
});

function damage(bytes: Buffer, { at, to, cut }: { at: number; to: number; cut: boolean }): Buffer {
  if (bytes.length === 0) return bytes;
  const position = at % bytes.length;
  if (cut) return bytes.subarray(0, position);
  const copy = Buffer.from(bytes);
  copy[position] = to;
  return copy;
}

/** Only the decoder may throw: what it lets pass is decoded or is no request. */
function attempt(bytes: Buffer) {
  let message;
  try {
    message = checkMethod.requestDeserialize(bytes);
  } catch {
    return undefined;
  }
  return decodeRequest(message, BUFFERED_BYTES);
}
