import protobuf from 'protobufjs/minimal.js';

/** Called with the reader at the start of the part that ends at `end`. What it leaves unread is skipped. */
export type VisitPart = (field: number, end: number) => void;

/**
 * Walks a Protocol Buffers message and makes no object of what nobody asks for. Only parts with a length are seen
 * (texts, bytes, messages, entries of maps): numbers are skipped, since no message that is read needs one.
 */
export class MessageReader {
  readonly #bytes: Buffer;
  readonly #reader: protobuf.Reader;
  /** Where the length of the part that is visited stands. */
  #lengthAt = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#reader = protobuf.Reader.create(bytes);
  }

  /**
   * Visits the parts of the message that ends at `end`, in the order in which they stand.
   *
   * @throws Error for what is no message: a length beyond the end, field number 0, a group
   */
  parts(end: number, visit: VisitPart): void {
    const reader = this.#reader;
    while (reader.pos < end) {
      const tag = reader.uint32();
      const field = tag >>> 3;
      const type = tag & 7;
      if (field === 0 || type === START_GROUP) throw new RangeError(`not a field: tag ${tag}`);
      if (type === WITH_LENGTH) {
        this.#lengthAt = reader.pos;
        const stop = reader.uint32() + reader.pos;
        if (stop > end) throw new RangeError('a length beyond the end');
        visit(field, stop);
        reader.pos = stop;
      } else {
        reader.skipType(type);
      }
    }
    if (reader.pos > end) throw new RangeError('a number beyond the end');
  }

  /** Visits the value of every entry with this key, which is ASCII, in the map that is field 1 of the message. */
  valuesOf(key: string, end: number, visit: (end: number) => void): void {
    this.parts(end, (field, entryEnd) => {
      if (field !== 1) return;
      let found = '';
      let start = 0;
      let stop = 0;
      // Either may stand first: only the whole entry tells whose value it is.
      this.parts(entryEnd, (part, partEnd) => {
        if (part === KEY) {
          if (partEnd - this.#reader.pos === key.length) found = this.text();
        } else if (part === VALUE) {
          start = this.#reader.pos;
          stop = partEnd;
        }
      });
      if (stop === 0 || found !== key) return;
      this.#reader.pos = start;
      visit(stop);
    });
  }

  /** The part that is visited, if no part of it was visited before. */
  text(): string {
    this.#reader.pos = this.#lengthAt;
    return this.#reader.string();
  }

  bytes(end: number): Uint8Array {
    return this.#bytes.subarray(this.#reader.pos, end);
  }

  /** Whether the part starts with this byte. */
  startsWith(byte: number): boolean {
    return this.#bytes[this.#reader.pos] === byte;
  }
}

/** Fields of a map's entry. */
export const KEY = 1;
export const VALUE = 2;

const WITH_LENGTH = 2;
const START_GROUP = 3;
