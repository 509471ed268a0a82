import { Slice, slice } from './slice';

/**
 * One spelling for all spellings of a header name: servers that hand headers to programs as variables do not tell
 * `X_Omnia_Claim_Team` from `x-omnia-claim-team`, so neither do we.
 */
function folded(byte: u8): u8 {
  if (byte >= 0x41 && byte <= 0x5a) return byte | 0x20;
  return byte == 0x5f ? 0x2d : byte;
}

/** Whether two header names are the same but for case and `_` in place of `-`. */
export function sameName(a: Slice, b: Slice): bool {
  if (a.size != b.size) return false;
  for (let i: usize = 0; i < a.size; i++) {
    if (folded(a.at(i)) != folded(b.at(i))) return false;
  }
  return true;
}

/** Whether `name` is `text`, whatever its case and with `_` in place of `-`. `text` is in lower case with `-`. */
export function isName(name: Slice, text: string): bool {
  return name.size == <usize>text.length && startsWithName(name, text);
}

/** Whether `name` starts with `prefix`, whatever its case and with `_` in place of `-`. */
export function startsWithName(name: Slice, prefix: string): bool {
  if (name.size < <usize>prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) {
    if (folded(name.at(i)) != <u8>prefix.charCodeAt(i)) return false;
  }
  return true;
}

const TOKEN_SIGNS = "!#$%&'*+-.^_`|~";

/** The characters of an HTTP token (RFC 9110, 5.6.2). */
function isTokenByte(byte: u8): bool {
  if ((byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a)) return true;
  for (let i = 0; i < TOKEN_SIGNS.length; i++) {
    if (<u8>TOKEN_SIGNS.charCodeAt(i) == byte) return true;
  }
  return false;
}

export function isToken(name: Slice): bool {
  for (let i: usize = 0; i < name.size; i++) {
    if (!isTokenByte(name.at(i))) return false;
  }
  return name.size > 0;
}

/** CR, LF, NUL and the like: Envoy would accept them from us and fail later, after ext_authz has seen them. */
export function hasControl(value: Slice): bool {
  for (let i: usize = 0; i < value.size; i++) {
    const byte = value.at(i);
    if (byte < 0x20 || byte == 0x7f) return true;
  }
  return false;
}

/** Without blanks (space, tab) at both ends: an HTTP/1 hop takes them off, so the policy must not see them either. */
export function trimmed(value: Slice): Slice {
  let from: usize = 0;
  let to = value.size;
  while (from < to && isBlank(value.at(from))) from++;
  while (to > from && isBlank(value.at(to - 1))) to--;
  return slice(value.start + from, to - from);
}

function isBlank(byte: u8): bool {
  return byte == 0x20 || byte == 0x09;
}
