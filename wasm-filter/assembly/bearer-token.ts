import { alloc } from './arena';
import { JSON_OBJECT, JsonNode } from './json-node';
import { readJson } from './json-reader';
import { Slice, slice } from './slice';

const DOT: u8 = 0x2e;
const NOT_BASE64URL: u32 = 0xff;

/** A JSON document may take sixteen times its size of the module's memory. */
const MAX_TOKEN_BYTES: usize = 262_144;

/**
 * The payload of the JWT in an Authorization header, not verified here, or null when the header is not `Bearer` with one
 * compact JWS whose payload is a JSON object, or larger than any header should be.
 */
export function bearerPayload(authorization: Slice): JsonNode | null {
  const token = bearerToken(authorization);
  if (!token || token.size > MAX_TOKEN_BYTES) return null;
  const firstDot = indexOfDot(token, 0);
  const secondDot = indexOfDot(token, firstDot + 1);
  if (secondDot >= token.size || indexOfDot(token, secondDot + 1) < token.size) return null;
  const text = decoded(slice(token.start + firstDot + 1, secondDot - firstDot - 1));
  if (!text) return null;
  const document = readJson(text);
  return document && document.kind == JSON_OBJECT ? document : null;
}

function bearerToken(authorization: Slice): Slice | null {
  const scheme = 'bearer ';
  if (authorization.size < <usize>scheme.length) return null;
  for (let i = 0; i < scheme.length; i++) {
    const byte = authorization.at(i);
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower != <u8>scheme.charCodeAt(i)) return null;
  }
  let from: usize = scheme.length;
  while (from < authorization.size && authorization.at(from) == 0x20) from++;
  return slice(authorization.start + from, authorization.size - from);
}

/** The index of the first dot from `from` on, or a number not below the token's size. */
function indexOfDot(token: Slice, from: usize): usize {
  let index = from;
  while (index < token.size && token.at(index) != DOT) index++;
  return index;
}

/** Base64url without padding (RFC 7515, 2). */
function decoded(text: Slice): Slice | null {
  if (text.size % 4 == 1) return null;
  const out = slice(alloc((text.size / 4) * 3 + 3), 0);
  let bits: u32 = 0;
  let bitCount = 0;
  for (let i: usize = 0; i < text.size; i++) {
    const six = sextet(text.at(i));
    if (six == NOT_BASE64URL) return null;
    bits = (bits << 6) | six;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      store<u8>(out.start + out.size, <u8>(bits >> bitCount));
      out.size++;
    }
  }
  return out;
}

function sextet(byte: u8): u32 {
  if (byte >= 0x41 && byte <= 0x5a) return byte - 0x41;
  if (byte >= 0x61 && byte <= 0x7a) return byte - 0x61 + 26;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30 + 52;
  if (byte == 0x2d) return 62;
  return byte == 0x5f ? 63 : NOT_BASE64URL;
}
