import {
  JSON_ARRAY,
  JSON_BOOL,
  JSON_NULL,
  JSON_NUMBER,
  JSON_OBJECT,
  JSON_STRING,
  JsonNode,
  jsonNode,
} from './json-node';
import { decodedString, stringEnd } from './json-string';
import { numberEnd } from './json-number';
import { Slice, slice } from './slice';

/** Arrays and objects inside each other. Deeper documents are refused, so recursion is bounded. */
export const MAX_JSON_DEPTH: u32 = 32;

let at: usize = 0;
let end: usize = 0;
let problem: string = '';
let problemAt: usize = 0;

/**
 * Reads one JSON document (RFC 8259, UTF-8 without a byte order mark) into the arena. Null when it is malformed; then
 * jsonProblem() and jsonProblemOffset() say why and where. The nodes point into `text`.
 */
export function readJson(text: Slice): JsonNode | null {
  at = text.start;
  end = text.start + text.size;
  problem = '';
  const node = readValue(0);
  if (node == null) return null;
  skipBlanks();
  if (at != end) return failed('something follows the document');
  problemAt = 0;
  return node;
}

export function jsonProblem(): string {
  return problem;
}

/** Bytes from the start of `text`, which must be the slice that was read last. */
export function jsonProblemOffset(text: Slice): usize {
  return problemAt - text.start;
}

function failed(message: string): JsonNode | null {
  problem = message;
  problemAt = at;
  return null;
}

function skipBlanks(): void {
  while (at < end) {
    const byte = load<u8>(at);
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return;
    at++;
  }
}

/** Steps over `byte` (blanks before it allowed) if it is next. */
function took(byte: u8): bool {
  skipBlanks();
  if (at >= end || load<u8>(at) != byte) return false;
  at++;
  return true;
}

function readValue(depth: u32): JsonNode | null {
  skipBlanks();
  if (at >= end) return failed('the document ends where a value should be');
  const byte = load<u8>(at);
  if (byte == 0x7b || byte == 0x5b) {
    if (depth >= MAX_JSON_DEPTH) return failed('nested deeper than 32 levels');
    at++;
    return byte == 0x7b ? readObject(depth) : readArray(depth);
  }
  if (byte == 0x22) return readString();
  if (byte == 0x74) return readWord('true', JSON_BOOL);
  if (byte == 0x66) return readWord('false', JSON_BOOL);
  if (byte == 0x6e) return readWord('null', JSON_NULL);
  return readNumber();
}

function readObject(depth: u32): JsonNode | null {
  const object = jsonNode(JSON_OBJECT, slice(at, 0));
  if (took(0x7d)) return object;
  let last: JsonNode | null = null;
  do {
    skipBlanks();
    const name = readString();
    if (!name) return null;
    if (!took(0x3a)) return failed('":" is missing after a member name');
    const member = readValue(depth + 1);
    if (!member) return null;
    member.key = name.text;
    if (last) last.next = member;
    else object.child = member;
    last = member;
  } while (took(0x2c));
  return took(0x7d) ? object : failed('"," or "}" is missing in an object');
}

function readArray(depth: u32): JsonNode | null {
  const array = jsonNode(JSON_ARRAY, slice(at, 0));
  if (took(0x5d)) return array;
  let last: JsonNode | null = null;
  do {
    const element = readValue(depth + 1);
    if (!element) return null;
    if (last) last.next = element;
    else array.child = element;
    last = element;
  } while (took(0x2c));
  return took(0x5d) ? array : failed('"," or "]" is missing in an array');
}

function readString(): JsonNode | null {
  if (at >= end || load<u8>(at) != 0x22) return failed('a string should be here');
  const close = stringEnd(at + 1, end);
  if (close == 0) return failed('a string has no end, a raw control character or broken UTF-8');
  const text = decodedString(at + 1, close);
  if (!text) return failed('a string has a wrong escape');
  at = close + 1;
  return jsonNode(JSON_STRING, text);
}

function readWord(word: string, kind: u32): JsonNode | null {
  const start = at;
  for (let i = 0; i < word.length; i++) {
    if (at >= end || load<u8>(at) != <u8>word.charCodeAt(i)) return failed('a value should be here');
    at++;
  }
  return jsonNode(kind, slice(start, at - start));
}

function readNumber(): JsonNode | null {
  const stop = numberEnd(at, end);
  if (stop == 0) return failed('a value should be here');
  const text = slice(at, stop - at);
  at = stop;
  return jsonNode(JSON_NUMBER, text);
}
