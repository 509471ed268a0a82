import { alloc, useRequestArena } from './arena';
import { readsAs } from './decimal';
import { doubleText } from './double-text';
import { JSON_ARRAY, JSON_OBJECT, JSON_STRING, JsonNode } from './json-node';
import { numberEnd } from './json-number';
import { readJson } from './json-reader';
import './host';
import { Slice, slice } from './slice';

/**
 * For tests only: the readers by themselves. A text is written to the address that probe_input gives; a result is a
 * number of bytes at probe_output, -1 for none.
 */
let input: Slice = changetype<Slice>(0);
let output: usize = 0;
let outputBytes: usize = 0;

export function probe_input(bytes: u32): usize {
  useRequestArena();
  input = slice(alloc(bytes), bytes);
  return input.start;
}

export function probe_output(): usize {
  return output;
}

/** Reads the input as JSON and writes it again: numbers as they were, strings with every byte as two hex digits. */
export function probe_json(): i32 {
  const document = readJson(input);
  if (!document) return -1;
  output = alloc(input.size * 2 + 64);
  outputBytes = 0;
  dump(document);
  return <i32>outputBytes;
}

export function probe_double_text(value: f64): i32 {
  useRequestArena();
  const text = doubleText(value);
  if (!text) return -1;
  output = text.start;
  return <i32>text.size;
}

/** Whether the input, a JSON number, reads as `value`. */
export function probe_reads_as(value: f64): bool {
  const end = input.start + input.size;
  return numberEnd(input.start, end) == end && readsAs(input, value);
}

function dump(node: JsonNode): void {
  if (node.kind == JSON_STRING) dumpText(node.text);
  else if (node.kind == JSON_ARRAY || node.kind == JSON_OBJECT) dumpMembers(node);
  else for (let i: usize = 0; i < node.text.size; i++) put(node.text.at(i));
}

function dumpMembers(node: JsonNode): void {
  put(node.kind == JSON_ARRAY ? 0x5b : 0x7b);
  for (let member = node.child; member; member = member!.next) {
    const key = member.key;
    if (key) {
      dumpText(key);
      put(0x3a);
    }
    dump(member);
    if (member.next) put(0x2c);
  }
  put(node.kind == JSON_ARRAY ? 0x5d : 0x7d);
}

function dumpText(text: Slice): void {
  put(0x22);
  for (let i: usize = 0; i < text.size; i++) {
    putHex(text.at(i) >> 4);
    putHex(text.at(i) & 15);
  }
  put(0x22);
}

function putHex(digit: u8): void {
  put(digit < 10 ? 0x30 + digit : 0x61 + digit - 10);
}

function put(byte: u8): void {
  store<u8>(output + outputBytes, byte);
  outputBytes++;
}
