/** Values as google.protobuf.Struct can hold them. */
export type StructInput = null | boolean | number | string | readonly StructInput[] | StructObject;
export interface StructObject {
  readonly [key: string]: StructInput;
}

/** Encodes envoy.config.core.v3.Metadata: filter namespace to struct. */
export function encodeMetadata(filters: Readonly<Record<string, StructObject>>): Buffer {
  return Buffer.concat(
    Object.entries(filters).map(([namespace, struct]) => mapEntry(namespace, encodeStruct(struct))),
  );
}

export function encodeStruct(struct: StructObject): Buffer {
  return Buffer.concat(Object.entries(struct).map(([key, value]) => mapEntry(key, encodeValue(value))));
}

export function encodeValue(value: StructInput): Buffer {
  if (value === null) return Buffer.from([0x08, 0]);
  if (typeof value === 'number') return Buffer.concat([Buffer.from([0x11]), doubleBytes(value)]);
  if (typeof value === 'string') return lengthDelimited(3, Buffer.from(value));
  if (typeof value === 'boolean') return Buffer.from([0x20, value ? 1 : 0]);
  if (isList(value)) {
    return lengthDelimited(
      6,
      Buffer.concat(value.map((element) => lengthDelimited(1, encodeValue(element)))),
    );
  }
  return lengthDelimited(5, encodeStruct(value));
}

/** One entry of a map that is field 1 of its message. */
export function mapEntry(key: string, value: Buffer): Buffer {
  return lengthDelimited(1, Buffer.concat([lengthDelimited(1, Buffer.from(key)), lengthDelimited(2, value)]));
}

export function lengthDelimited(field: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2]), varint(content.length), content]);
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

function doubleBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

function isList(value: readonly StructInput[] | StructObject): value is readonly StructInput[] {
  return Array.isArray(value);
}
