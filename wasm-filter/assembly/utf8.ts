import { Slice } from './slice';

/**
 * The length of the well-formed UTF-8 sequence at `at`, or 0: overlong forms, surrogates, code points above U+10FFFF
 * and sequences cut off by `end` are not well-formed (Unicode, table 3-7).
 */
export function sequenceBytes(at: usize, end: usize): usize {
  const lead = load<u8>(at);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length: usize = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length > end - at) return 0;
  const second = load<u8>(at + 1);
  if (second < lowestSecond(lead) || second > highestSecond(lead)) return 0;
  for (let i: usize = 2; i < length; i++) {
    if ((load<u8>(at + i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

function lowestSecond(lead: u8): u8 {
  return lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
}

function highestSecond(lead: u8): u8 {
  return lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
}

export function isUtf8(text: Slice): bool {
  const end = text.start + text.size;
  let at = text.start;
  while (at < end) {
    const bytes = sequenceBytes(at, end);
    if (bytes == 0) return false;
    at += bytes;
  }
  return true;
}

/** Writes a code point that is no surrogate; gives the address after it. */
export function writeCodePoint(at: usize, codePoint: u32): usize {
  if (codePoint < 0x80) {
    store<u8>(at, codePoint);
    return at + 1;
  }
  if (codePoint < 0x800) {
    store<u8>(at, 0xc0 | (codePoint >> 6));
    return writeTail(at + 1, codePoint, 0);
  }
  if (codePoint < 0x10000) {
    store<u8>(at, 0xe0 | (codePoint >> 12));
    return writeTail(at + 1, codePoint, 6);
  }
  store<u8>(at, 0xf0 | (codePoint >> 18));
  return writeTail(at + 1, codePoint, 12);
}

function writeTail(from: usize, codePoint: u32, highestShift: i32): usize {
  let at = from;
  for (let shift = highestShift; shift >= 0; shift -= 6) {
    store<u8>(at, 0x80 | ((codePoint >> shift) & 0x3f));
    at++;
  }
  return at;
}
