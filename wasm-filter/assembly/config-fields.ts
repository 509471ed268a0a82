import { hasControl } from './header-text';
import { JSON_ARRAY, JSON_NUMBER, JSON_OBJECT, JSON_STRING, JsonNode } from './json-node';
import { Slice, equals, equalsText } from './slice';

/**
 * Reading a configuration field by field. The first mistake is kept, with the path of the field; reading goes on with
 * stand-ins, and whoever asked for the configuration looks at configProblem() at the end.
 */
let problem: string = '';

const KIND_NAMES: StaticArray<string> = ['null', 'a bool', 'a number', 'a string', 'an array', 'an object'];

/** Longer names and texts are told only in part. */
const MAX_SHOWN_BYTES: usize = 64;

export function forgetConfigProblem(): void {
  problem = '';
}

/** What is wrong and where, or the empty string. */
export function configProblem(): string {
  return problem;
}

export function configMistake(path: string, message: string): void {
  if (problem.length == 0) problem = (path.length > 0 ? path : 'configuration') + ': ' + message;
}

export function fieldPath(path: string, name: string): string {
  return path.length > 0 ? path + '.' + name : name;
}

export function elementPath(path: string, index: i32): string {
  return path + '[' + index.toString() + ']';
}

/** Text of the configuration as it may stand in a log line. */
export function shown(text: Slice): string {
  let out = '"';
  for (let i: usize = 0; i < min(text.size, MAX_SHOWN_BYTES); i++) {
    const byte = text.at(i);
    out += byte < 0x20 || byte > 0x7e ? '?' : String.fromCharCode(byte);
  }
  return out + (text.size > MAX_SHOWN_BYTES ? '..."' : '"');
}

/** Whether `node` is an object with none but the allowed fields, each at most once. */
export function checkObject(node: JsonNode, path: string, allowed: StaticArray<string>): bool {
  if (!hasKind(node, path, JSON_OBJECT)) return false;
  for (let member = node.child; member; member = member!.next) {
    const key = member.key;
    if (!key) continue;
    if (!isAllowed(key, allowed)) {
      configMistake(path, 'unknown field ' + shown(key) + '; known are ' + allowed.join(', '));
    }
    if (node.member(key) != member) configMistake(path, 'field ' + shown(key) + ' is given twice');
  }
  return true;
}

function isAllowed(key: Slice, allowed: StaticArray<string>): bool {
  for (let i = 0; i < allowed.length; i++) {
    if (equalsText(key, allowed[i])) return true;
  }
  return false;
}

function hasKind(node: JsonNode, path: string, kind: u32): bool {
  if (node.kind == kind) return true;
  configMistake(path, 'must be ' + KIND_NAMES[kind] + ', not ' + KIND_NAMES[node.kind]);
  return false;
}

/** A required field; null after a mistake. */
export function requiredField(object: JsonNode, path: string, name: string): JsonNode | null {
  const node = object.field(name);
  if (!node) configMistake(fieldPath(path, name), 'is required');
  return node;
}

/** A string that is not empty, not longer than `maxBytes` and has no control characters; null after a mistake. */
export function textOf(node: JsonNode, path: string, maxBytes: u32): Slice | null {
  if (!hasKind(node, path, JSON_STRING)) return null;
  if (node.text.size == 0) configMistake(path, 'must not be empty');
  else if (node.text.size > maxBytes) configMistake(path, 'is longer than ' + maxBytes.toString() + ' bytes');
  else if (hasControl(node.text)) configMistake(path, 'has a control character');
  else return node.text;
  return null;
}

export function requiredText(object: JsonNode, path: string, name: string, maxBytes: u32): Slice | null {
  const node = requiredField(object, path, name);
  return node ? textOf(node, fieldPath(path, name), maxBytes) : null;
}

/** The array itself, of at most `maxLength` elements; null after a mistake. */
export function arrayOf(node: JsonNode, path: string, maxLength: u32): JsonNode | null {
  if (!hasKind(node, path, JSON_ARRAY)) return null;
  if (node.length() <= maxLength) return node;
  configMistake(path, 'has more than ' + maxLength.toString() + ' elements');
  return null;
}

/** A whole number written in digits, from 1 to `highest`; 0 after a mistake. */
export function countOf(node: JsonNode, path: string, highest: u32): u32 {
  if (!hasKind(node, path, JSON_NUMBER)) return 0;
  let value: u32 = 0;
  for (let i: usize = 0; i < node.text.size; i++) {
    const digit = <u32>node.text.at(i) - 0x30;
    value = digit <= 9 ? min(value * 10 + digit, highest + 1) : highest + 1;
  }
  if (value >= 1 && value <= highest) return value;
  configMistake(path, 'must be a whole number from 1 to ' + highest.toString());
  return 0;
}
