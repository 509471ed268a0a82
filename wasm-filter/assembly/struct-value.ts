import { alloc } from './arena';
import { Slice, slice } from './slice';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT, WireReader, wireReader } from './wire';

/** The members of the oneof in google.protobuf.Value, by field number. */
export const VALUE_UNSET: u32 = 0;
export const VALUE_NULL: u32 = 1;
export const VALUE_NUMBER: u32 = 2;
export const VALUE_STRING: u32 = 3;
export const VALUE_BOOL: u32 = 4;
export const VALUE_STRUCT: u32 = 5;
export const VALUE_LIST: u32 = 6;

/** A decoded google.protobuf.Value; structs and lists stay undecoded in `content`. */
@unmanaged
export class StructValue {
  kind: u32;
  number: f64;
  truth: bool;
  /** String: its text. Struct and list: the message. */
  content: Slice;
}

/** Null when the message is malformed. The last member of the oneof wins, as in every protobuf reader. */
export function structValue(message: Slice): StructValue | null {
  const value = changetype<StructValue>(alloc(offsetof<StructValue>()));
  value.kind = VALUE_UNSET;
  value.content = slice(message.start, 0);
  const reader = wireReader(message);
  while (reader.next()) take(value, reader);
  return reader.failed ? null : value;
}

/** Whether the value is a number or a list with one in it. */
export function holdsNumber(value: StructValue): bool {
  if (value.kind != VALUE_LIST) return value.kind == VALUE_NUMBER;
  const elements = wireReader(value.content);
  const element = wireReader(value.content);
  while (elements.next()) {
    if (!elements.is(1, WIRE_BYTES)) continue;
    element.open(elements.start, elements.size);
    while (element.next()) {
      if (element.is(VALUE_NUMBER, WIRE_FIXED64)) return true;
    }
  }
  return false;
}

function take(value: StructValue, reader: WireReader): void {
  if (reader.is(VALUE_NULL, WIRE_VARINT)) {
    value.kind = VALUE_NULL;
  } else if (reader.is(VALUE_NUMBER, WIRE_FIXED64)) {
    value.kind = VALUE_NUMBER;
    value.number = reinterpret<f64>(reader.number);
  } else if (reader.is(VALUE_BOOL, WIRE_VARINT)) {
    value.kind = VALUE_BOOL;
    value.truth = reader.number != 0;
  } else if (reader.wireType == WIRE_BYTES && isBytesKind(reader.field)) {
    value.kind = reader.field;
    value.content = slice(reader.start, reader.size);
  }
}

function isBytesKind(field: u32): bool {
  return field == VALUE_STRING || field == VALUE_STRUCT || field == VALUE_LIST;
}
