/** Random numbers that are the same in every run, so that a failing case can be found again. */
export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
}

/** The mulberry32 generator. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return { below, pick: (choices) => choices[below(choices.length)] ?? choices[0] };
}

/** `bytes` with one to four random changes: flipped, removed, doubled, inserted or cut off. */
export function mutated(bytes: Buffer, source: Random): Buffer {
  let out = Buffer.from(bytes);
  for (let count = 1 + source.below(4); count > 0; count--) out = changedOnce(out, source);
  return out;
}

function changedOnce(bytes: Buffer, source: Random): Buffer<ArrayBuffer> {
  const at = source.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + source.below(4));
  const before = bytes.subarray(0, at);
  switch (source.below(5)) {
    case 0:
      return Buffer.concat([before, Buffer.from([source.below(256)]), bytes.subarray(at + 1)]);
    case 1:
      return Buffer.concat([before, bytes.subarray(end)]);
    case 2:
      return Buffer.concat([before, bytes.subarray(at, end), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([before, Buffer.from(source.pick(INSERTS)), bytes.subarray(at)]);
    default:
      return Buffer.from(before);
  }
}

const INSERTS: readonly [string, ...string[]] = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '0',
  '-',
  'e',
  '\\u',
  '\0',
  'é',
];
