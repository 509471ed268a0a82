import type { PackageDefinition, ServiceDefinition } from '@grpc/proto-loader';
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
