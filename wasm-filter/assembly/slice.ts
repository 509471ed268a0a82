import { alloc } from './arena';

/** A run of bytes somewhere in memory: the only form in which this module passes text around. */
@unmanaged
export class Slice {
  start: usize;
  size: usize;

  at(index: usize): u8 {
    return load<u8>(this.start + index);
  }
}

export function slice(start: usize, size: usize): Slice {
  const made = changetype<Slice>(alloc(offsetof<Slice>()));
  made.start = start;
  made.size = size;
  return made;
}

/** A copy of ASCII text in the arena. */
export function sliceOf(text: string): Slice {
  const made = slice(alloc(text.length), text.length);
  for (let i = 0; i < text.length; i++) store<u8>(made.start + i, <u8>text.charCodeAt(i));
  return made;
}

export function equals(a: Slice, b: Slice): bool {
  return a.size == b.size && memory.compare(a.start, b.start, a.size) == 0;
}

/** `text` is ASCII. */
export function equalsText(a: Slice, text: string): bool {
  return a.size == <usize>text.length && startsWithText(a, text);
}

/** `text` is ASCII. */
export function startsWithText(a: Slice, text: string): bool {
  if (a.size < <usize>text.length) return false;
  for (let i = 0; i < text.length; i++) {
    if (a.at(i) != <u8>text.charCodeAt(i)) return false;
  }
  return true;
}

export function contains(bytes: Slice, byte: u8): bool {
  for (let i: usize = 0; i < bytes.size; i++) {
    if (bytes.at(i) == byte) return true;
  }
  return false;
}
