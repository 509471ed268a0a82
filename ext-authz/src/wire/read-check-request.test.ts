import type { MessageTypeDefinition } from '@grpc/proto-loader';
import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import { loadOfficialProtos } from '../testing/compared-protos.js';
import { readCheckRequest } from './read-check-request.js';

interface Official {
  readonly attributes?: {
    readonly request?: {
      readonly http?: {
        readonly method?: string;
        readonly path?: string;
        readonly host?: string;
        readonly headers?: Record<string, string>;
        readonly body?: string;
        readonly rawBody?: Buffer;
      };
    };
    readonly contextExtensions?: Record<string, string>;
    readonly metadataContext?: { readonly filterMetadata?: Record<string, Struct> };
  };
}
interface Struct {
  readonly fields?: Record<string, { readonly stringValue?: string; readonly structValue?: Struct }>;
}

const official = loadOfficialProtos()['envoy.service.auth.v3.CheckRequest'] as MessageTypeDefinition<
  object,
  Official
>;

/** What our reader should give, from what the official definitions give. */
function expected({ attributes }: Official) {
  const http = attributes?.request?.http;
  const jwt = attributes?.metadataContext?.filterMetadata?.['envoy.filters.http.jwt_authn'];
  return {
    method: http?.method ?? '',
    path: http?.path ?? '',
    host: http?.host ?? '',
    headers: http && new Map(Object.entries(http.headers ?? {})),
    body: Buffer.from(http?.rawBody ?? http?.body ?? ''),
    contextExtensions: new Map(Object.entries(attributes?.contextExtensions ?? {})),
    subject: jwt?.fields?.payload?.structValue?.fields?.sub?.stringValue ?? '',
  };
}

function read(bytes: Buffer) {
  const { body, ...rest } = readCheckRequest(bytes);
  return { ...rest, body: Buffer.from(body) };
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const key = fc.stringMatching(/^[a-z:-]{1,12}$/);
const texts = fc.dictionary(key, text, { maxKeys: 6, noNullPrototype: true });
const leaf = fc.oneof(
  text.map((stringValue) => ({ stringValue })),
  fc.double({ noNaN: true }).map((numberValue) => ({ numberValue })),
  fc.boolean().map((boolValue) => ({ boolValue })),
);
const struct = (name: string, value: fc.Arbitrary<object>) =>
  fc
    .tuple(
      fc.dictionary(key, leaf, { maxKeys: 3, noNullPrototype: true }),
      fc.option(value, { nil: undefined }),
    )
    .map(([others, found]) => ({ fields: { ...others, ...(found !== undefined && { [name]: found }) } }));
const payload = struct(
  'payload',
  struct('sub', leaf).map((structValue) => ({ structValue })),
);
const request = fc.record(
  {
    attributes: fc.record(
      {
        source: fc.record({ principal: text }, { noNullPrototype: true }),
        request: fc.record(
          {
            time: fc.record({ seconds: fc.nat(), nanos: fc.nat(999) }, { noNullPrototype: true }),
            http: fc.oneof(
              httpWith({
                rawBody: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
              }),
              httpWith({ body: text.filter((body) => body !== '') }),
            ),
          },
          { requiredKeys: [], noNullPrototype: true },
        ),
        contextExtensions: texts,
        metadataContext: fc.record(
          {
            filterMetadata: fc
              .tuple(fc.dictionary(key, payload, { maxKeys: 2, noNullPrototype: true }), payload)
              .map(([others, jwt]) => ({ ...others, 'envoy.filters.http.jwt_authn': jwt })),
          },
          { noNullPrototype: true },
        ),
        tlsSession: fc.record({ sni: text }, { noNullPrototype: true }),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);

function httpWith(body: Record<string, fc.Arbitrary<unknown>>) {
  const common = {
    id: text,
    method: text,
    path: text,
    host: text,
    headers: texts,
    size: fc.integer(),
    protocol: text,
  };
  return fc.record({ ...common, ...body }, { requiredKeys: [], noNullPrototype: true });
}

t.test('reads what the official definitions write', (t) => {
  fc.assert(
    fc.property(request, (message) => {
      const bytes = official.serialize(message);
      deepStrictEqual(read(bytes), expected(official.deserialize(bytes)));
    }),
    { numRuns: 500 },
  );
  t.pass();
  t.end();
});

t.test('bytes that are no message are refused, and whatever both read they read alike', (t) => {
  let bothRead = 0;
  let refused = 0;
  const change = fc.record({ at: fc.nat(), to: fc.nat(255), cut: fc.boolean() });
  fc.assert(
    fc.property(request, fc.array(change, { minLength: 1, maxLength: 3 }), (original, changes) => {
      const bytes = changes.reduce(mutate, official.serialize(original));
      const mine = attempt(() => read(bytes));
      const message = attempt(() => official.deserialize(bytes));
      if (mine === undefined) refused += 1;
      if (mine === undefined || message === undefined || !isComparable(bytes, message)) return;
      bothRead += 1;
      // A body that is damaged text stays as it is with us; the official text has replacement characters.
      const { body, ...rest } = expected(message);
      deepStrictEqual({ ...mine, body: mine.body.toString() }, { ...rest, body: body.toString() });
    }),
    { numRuns: 1000 },
  );
  t.ok(bothRead > 0 && refused > 0, `${bothRead} read by both, ${refused} refused`);
  t.end();
});

t.test('the parts of a message that comes in parts are put together', (t) => {
  const part = (http: object) => official.serialize({ attributes: { request: { http } } });
  const joined = Buffer.concat([
    part({ method: 'GET', headers: { a: '1' } }),
    part({ path: '/', headers: { b: '2' } }),
  ]);
  t.match(readCheckRequest(joined), {
    method: 'GET',
    path: '/',
    headers: new Map([
      ['a', '1'],
      ['b', '2'],
    ]),
  });
  t.end();
});

const refusals: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['a length beyond the end', [0x0a, 0x05, 0x00]],
  ['a length beyond the part that it stands in', [0x0a, 0x02, 0x22, 0x05, 0, 0, 0, 0, 0]],
  ['a number that never ends', [0x08, ...Array<number>(11).fill(0xff)]],
  ['field number 0', [0x02, 0x00]],
  ['a group', [0x0b, 0x0c]],
  ['half a fixed number', [0x09, 0x00]],
];
for (const [name, bytes] of refusals) {
  t.test(`refuses ${name}`, (t) => {
    t.throws(() => readCheckRequest(Buffer.from(bytes)), RangeError);
    t.end();
  });
}

function mutate(bytes: Buffer, { at, to, cut }: { at: number; to: number; cut: boolean }): Buffer {
  if (bytes.length === 0) return bytes;
  const position = at % bytes.length;
  if (cut) return bytes.subarray(0, position);
  const copy = Buffer.from(bytes);
  copy[position] = to;
  return copy;
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** The loader's objects lose a field named __proto__; of two bodies we take the one that comes last. */
function isComparable(bytes: Buffer, { attributes }: Official): boolean {
  const http = attributes?.request?.http;
  return !bytes.includes('__proto__') && (http?.body === undefined || http.rawBody === undefined);
}
