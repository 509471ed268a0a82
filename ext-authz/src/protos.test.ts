import type { MessageTypeDefinition, PackageDefinition, ServiceDefinition } from '@grpc/proto-loader';
import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { loadOfficialProtos, loadOurProtos } from './testing/compared-protos.js';

const official = loadOfficialProtos();
const ours = loadOurProtos();

interface Field {
  readonly name: string;
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}
interface Shape {
  readonly name: string;
  readonly field: readonly Field[];
  readonly nestedType: readonly Shape[];
  readonly enumType: readonly EnumShape[];
}
interface EnumShape {
  readonly name: string;
  readonly value: readonly { readonly name: string; readonly number: number }[];
}

function shapeOf(definition: PackageDefinition, name: string): Shape & EnumShape {
  const entry = definition[name];
  if (entry === undefined || !('format' in entry)) throw new Error(`no message ${name}`);
  return entry.type as Shape & EnumShape;
}

/** Type names are relative in one file and absolute in another: the last part names the type. */
function fieldText({ name, number, label, type, typeName }: Field): string {
  return [name, number, label, type, typeName.split('.').at(-1)].join(' ');
}

function compareMessage(t: Test, mine: Shape, theirs: Shape): void {
  const known = new Set(theirs.field.map(fieldText));
  for (const field of mine.field) t.ok(known.has(fieldText(field)), `${mine.name}: ${fieldText(field)}`);
  for (const nested of mine.nestedType) {
    const match = theirs.nestedType.find(({ name }) => name === nested.name);
    t.ok(match, `${mine.name} has ${nested.name}`);
    if (match) compareMessage(t, nested, match);
  }
  for (const nested of mine.enumType) {
    const match = theirs.enumType.find(({ name }) => name === nested.name);
    t.ok(match, `${mine.name} has ${nested.name}`);
    if (match) compareEnum(t, nested, match);
  }
}

function compareEnum(t: Test, mine: EnumShape, theirs: EnumShape): void {
  const known = new Map(theirs.value.map(({ name, number }) => [name, number]));
  for (const { name, number } of mine.value) t.equal(known.get(name), number, `${mine.name}.${name}`);
}

for (const [name, entry] of Object.entries(ours)) {
  if (!('format' in entry)) continue;
  t.test(`${name} has the fields, numbers, types and labels of the official message`, (t) => {
    const mine = shapeOf(ours, name);
    const theirs = shapeOf(official, name);
    if (entry.format === 'Protocol Buffer 3 EnumDescriptorProto') compareEnum(t, mine, theirs);
    else compareMessage(t, mine, theirs);
    t.end();
  });
}

t.test('the service has the path of the official one', (t) => {
  const path = (definition: PackageDefinition): string | undefined =>
    (definition['envoy.service.auth.v3.Authorization'] as ServiceDefinition).Check?.path;
  t.equal(path(ours), path(official));
  t.equal(path(ours), '/envoy.service.auth.v3.Authorization/Check');
  t.end();
});

function codec(definition: PackageDefinition, name: string) {
  const entry = definition[`envoy.service.auth.v3.${name}`] as MessageTypeDefinition<object, object>;
  return {
    encode: (value: object) => entry.serialize(value),
    decode: (bytes: Buffer) => entry.deserialize(bytes),
  };
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const texts = fc.dictionary(text, text, { minKeys: 1, maxKeys: 5, noNullPrototype: true });
const bytes = fc.uint8Array({ minLength: 1, maxLength: 50 }).map((value) => Buffer.from(value));
const some = <T extends object>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record(model, { requiredKeys: [], noNullPrototype: true });
const leaf = text.map((stringValue) => ({ stringValue }));
const struct = fc.record(
  {
    fields: fc.dictionary(
      text,
      fc.oneof(
        leaf,
        fc
          .dictionary(text, leaf, { minKeys: 1, maxKeys: 3, noNullPrototype: true })
          .map((fields) => ({ structValue: { fields } })),
      ),
      { minKeys: 1, maxKeys: 4, noNullPrototype: true },
    ),
  },
  { noNullPrototype: true },
);

const checkRequest = some({
  attributes: some({
    request: some({
      http: some({ method: text, headers: texts, path: text, host: text, body: text, rawBody: bytes }),
    }),
    contextExtensions: texts,
    metadataContext: some({
      filterMetadata: fc.dictionary(text, struct, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
    }),
  }),
});
const headers = fc.array(
  fc.record(
    { header: some({ key: text, value: text }), appendAction: fc.constantFrom(1, 2, 3) },
    { noNullPrototype: true },
  ),
  { minLength: 1, maxLength: 4 },
);
const checkResponse = fc
  .record(
    {
      status: fc.record({ code: fc.integer({ min: 1, max: 16 }) }, { noNullPrototype: true }),
      dynamicMetadata: struct,
      httpResponse: fc.oneof(
        fc
          .record({ responseHeadersToAdd: headers }, { noNullPrototype: true })
          .map((okResponse) => ({ okResponse })),
        fc
          .record(
            { status: fc.constantFrom({ code: 200 }, { code: 403 }), headers, body: text },
            { noNullPrototype: true },
          )
          .map((deniedResponse) => ({ deniedResponse })),
      ),
    },
    { noNullPrototype: true },
  )
  .map(({ httpResponse, ...rest }) => ({ ...rest, ...httpResponse }));

for (const [name, messages] of [
  ['CheckRequest', checkRequest],
  ['CheckResponse', checkResponse],
] as const) {
  t.test(`a ${name} means the same to ours and to the official definition, both ways`, (t) => {
    const mine = codec(ours, name);
    const theirs = codec(official, name);
    fc.assert(
      fc.property(messages as fc.Arbitrary<object>, (message) => {
        const [fromOurs, fromTheirs] = [mine.encode(message), theirs.encode(message)];
        deepStrictEqual(theirs.decode(fromOurs), mine.decode(fromOurs));
        deepStrictEqual(mine.decode(fromTheirs), theirs.decode(fromTheirs));
        deepStrictEqual(mine.decode(fromOurs), message);
      }),
      { numRuns: 300 },
    );
    t.pass();
    t.end();
  });
}

t.test('what we do not declare is skipped', (t) => {
  const full = codec(official, 'CheckRequest').encode({
    attributes: {
      source: {
        principal: 'spiffe://cluster.local/ns/a/sa/b',
        address: { socketAddress: { address: '::1', portValue: 1 } },
      },
      request: {
        time: { seconds: 1, nanos: 2 },
        http: {
          id: '7',
          method: 'POST',
          path: '/x',
          host: 'h',
          scheme: 'http',
          size: 12,
          protocol: 'HTTP/1.1',
          headers: { a: 'b' },
        },
      },
      metadataContext: {
        filterMetadata: {
          n: {
            fields: {
              number: { numberValue: 1 },
              list: { listValue: { values: [] } },
              text: { stringValue: 's' },
            },
          },
        },
      },
      tlsSession: { sni: 'x' },
    },
  });
  t.strictSame(codec(ours, 'CheckRequest').decode(full), {
    attributes: {
      request: { http: { method: 'POST', path: '/x', host: 'h', headers: { a: 'b' } } },
      metadataContext: {
        filterMetadata: { n: { fields: { number: {}, list: {}, text: { stringValue: 's' } } } },
      },
    },
  });
  t.end();
});
