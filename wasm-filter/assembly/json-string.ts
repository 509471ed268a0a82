import { alloc } from './arena';
import { Slice, slice } from './slice';
import { sequenceBytes, writeCodePoint } from './utf8';

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const NOT_HEX: u32 = 0xffff_ffff;

/**
 * The address of the quote that ends the string whose text starts at `from`, or 0 when the text has a raw control
 * character, broken UTF-8 or no end. Escapes are only stepped over.
 */
export function stringEnd(from: usize, end: usize): usize {
  let at = from;
  while (at < end) {
    const byte = load<u8>(at);
    if (byte == QUOTE) return at;
    if (byte < 0x20) return 0;
    if (byte == BACKSLASH) {
      at += 2;
    } else if (byte < 0x80) {
      at++;
    } else {
      const bytes = sequenceBytes(at, end);
      if (bytes == 0) return 0;
      at += bytes;
    }
  }
  return 0;
}

/** The text between two quotes with its escapes resolved, or null where an escape is wrong. */
export function decodedString(from: usize, to: usize): Slice | null {
  const firstEscape = indexOfEscape(from, to);
  if (firstEscape == to) return slice(from, to - from);
  const out = alloc(to - from);
  memory.copy(out, from, firstEscape - from);
  let write = out + (firstEscape - from);
  let at = firstEscape;
  while (at < to) {
    const byte = load<u8>(at);
    if (byte != BACKSLASH) {
      store<u8>(write, byte);
      write++;
      at++;
      continue;
    }
    const escape = at + 1 < to ? load<u8>(at + 1) : <u8>0;
    if (escape == 0x75) {
      const codePoint = unicodeEscape(at, to);
      if (codePoint == NOT_HEX) return null;
      write = writeCodePoint(write, codePoint);
      at += codePoint > 0xffff ? 12 : 6;
      continue;
    }
    const plain = plainEscape(escape);
    if (plain == 0) return null;
    store<u8>(write, plain);
    write++;
    at += 2;
  }
  return slice(out, write - out);
}

function indexOfEscape(from: usize, to: usize): usize {
  let at = from;
  while (at < to && load<u8>(at) != BACKSLASH) at++;
  return at;
}

function plainEscape(letter: u8): u8 {
  switch (letter) {
    case 0x22:
    case 0x2f:
    case 0x5c:
      return letter;
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return 0;
  }
}

/** The code point of `\uXXXX` or of a surrogate pair of them. A surrogate alone has no UTF-8 form and is refused. */
function unicodeEscape(at: usize, to: usize): u32 {
  const high = fourHex(at + 2, to);
  if (high < 0xd800 || high > 0xdfff) return high;
  if (high > 0xdbff || to - at < 12) return NOT_HEX;
  if (load<u8>(at + 6) != BACKSLASH || load<u8>(at + 7) != 0x75) return NOT_HEX;
  const low = fourHex(at + 8, to);
  if (low < 0xdc00 || low > 0xdfff) return NOT_HEX;
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

function fourHex(at: usize, to: usize): u32 {
  if (at + 4 > to) return NOT_HEX;
  let value: u32 = 0;
  for (let i: usize = 0; i < 4; i++) {
    const byte = load<u8>(at + i);
    const lower = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) {
      value = value * 16 + (byte - 0x30);
    } else if (lower >= 0x61 && lower <= 0x66) {
      value = value * 16 + (lower - 0x61 + 10);
    } else {
      return NOT_HEX;
    }
  }
  return value;
}
