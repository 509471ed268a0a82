import type { Header } from './filter-host.js';

/** The host's side of the filter's linear memory. */
export class HostMemory {
  readonly #memory: () => WebAssembly.Memory;
  readonly #allocate: (bytes: number) => number;

  constructor(memory: () => WebAssembly.Memory, allocate: (bytes: number) => number) {
    this.#memory = memory;
    this.#allocate = allocate;
  }

  /** A copy of what lies at `at`. */
  bytes(at: number, size: number): Buffer {
    return Buffer.from(Buffer.from(this.#memory().buffer, at, size));
  }

  text(at: number, size: number): string {
    return this.bytes(at, size).toString();
  }

  /** Hands `content` over: allocated inside the module, address and size stored where it asked for them. */
  give(content: Buffer, outData: number, outBytes: number): number {
    const at = content.length === 0 ? 0 : this.#allocate(content.length);
    Buffer.from(this.#memory().buffer).set(content, at);
    const view = new DataView(this.#memory().buffer);
    view.setUint32(outData, at, true);
    view.setUint32(outBytes, content.length, true);
    return 0;
  }
}

/** A header map in the form in which the host hands it over. */
export function serializedPairs(headers: readonly Header[]): Buffer {
  const lengths = Buffer.alloc(4 + headers.length * 8);
  lengths.writeUInt32LE(headers.length, 0);
  const parts = headers.map(([name, value], index) => {
    lengths.writeUInt32LE(Buffer.byteLength(name), 4 + index * 8);
    lengths.writeUInt32LE(Buffer.byteLength(value), 8 + index * 8);
    return Buffer.from(`${name}\0${value}\0`);
  });
  return Buffer.concat([lengths, ...parts]);
}

export function parsedPairs(bytes: Buffer): Header[] {
  if (bytes.length === 0) return [];
  const count = bytes.readUInt32LE(0);
  let at = 4 + count * 8;
  const take = (lengthAt: number): string => {
    const end = at + bytes.readUInt32LE(lengthAt);
    const text = bytes.toString('utf8', at, end);
    at = end + 1;
    return text;
  };
  return Array.from({ length: count }, (_, index) => [take(4 + index * 8), take(8 + index * 8)] as const);
}
