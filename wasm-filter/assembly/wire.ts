import { alloc } from './arena';
import { Slice } from './slice';

export const WIRE_VARINT: u32 = 0;
export const WIRE_FIXED64: u32 = 1;
export const WIRE_BYTES: u32 = 2;
const WIRE_FIXED32: u32 = 5;

/**
 * Reads the fields of one protobuf message, one after the other. Nothing is read outside the message, whatever lengths
 * it claims; `failed` says that it is malformed (groups, which nothing here uses, included).
 */
@unmanaged
export class WireReader {
  private at: usize;
  private end: usize;
  failed: bool;
  field: u32;
  wireType: u32;
  /** Value of a varint, bits of a fixed64. */
  number: u64;
  /** Content of a length-delimited field. */
  start: usize;
  size: usize;

  /** Reads the next field. False at the end and on malformed input. */
  next(): bool {
    if (this.at >= this.end) return false;
    const tag = this.varint();
    this.field = <u32>(tag >> 3);
    this.wireType = <u32>(tag & 7);
    if (this.field == 0 || tag >> 32 != 0) this.failed = true;
    if (!this.failed) this.readContent();
    return !this.failed;
  }

  private readContent(): void {
    if (this.wireType == WIRE_VARINT) {
      this.number = this.varint();
    } else if (this.wireType == WIRE_FIXED64) {
      this.start = this.at;
      if (this.advance(8)) this.number = load<u64>(this.start);
    } else if (this.wireType == WIRE_BYTES) {
      const size = this.varint();
      this.start = this.at;
      this.size = <usize>size;
      this.advance(size);
    } else if (this.wireType == WIRE_FIXED32) {
      this.advance(4);
    } else {
      this.failed = true;
    }
  }

  private advance(bytes: u64): bool {
    if (bytes > <u64>(this.end - this.at)) this.failed = true;
    else this.at += <usize>bytes;
    return !this.failed;
  }

  private varint(): u64 {
    let value: u64 = 0;
    for (let shift: u64 = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) break;
      const byte = load<u8>(this.at);
      this.at++;
      if (shift < 64) value |= (<u64>(byte & 0x7f)) << shift;
      if (byte < 0x80) return value;
    }
    this.failed = true;
    return 0;
  }

  /** Whether the field just read is field `field` in wire type `wireType`; other fields are to be ignored. */
  is(field: u32, wireType: u32): bool {
    return this.field == field && this.wireType == wireType;
  }

  open(start: usize, size: usize): void {
    this.at = start;
    this.end = start + size;
    this.failed = false;
  }
}

export function wireReader(message: Slice): WireReader {
  const reader = changetype<WireReader>(alloc(offsetof<WireReader>()));
  reader.open(message.start, message.size);
  return reader;
}
