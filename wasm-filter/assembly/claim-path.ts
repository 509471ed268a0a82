import { JSON_OBJECT, JsonNode } from './json-node';
import { mapReader } from './map-reader';
import { Slice, slice } from './slice';
import { StructValue, VALUE_STRUCT, structValue } from './struct-value';

/**
 * How a claim name finds its value, in a Struct and in the token's own JSON alike: at every level the longest key counts
 * that the rest of the name starts with, up to its end or up to a dot. A key that covers the whole rest is the answer,
 * whatever its value; a shorter one only counts if it holds an object, in which the search goes on. So a key that is
 * the name itself (`https://example.com/roles`) comes before any nesting, and keys with dots inside can be reached.
 */

/** Objects inside each other that a claim name may go through. */
export const MAX_CLAIM_DEPTH: u32 = 32;

const DOT: u8 = 0x2e;

/** Null when there is no such claim, or when the part of the Struct on the way to it is malformed. */
export function findClaim(payload: Slice, name: Slice): StructValue | null {
  let rest = name;
  let level = payload;
  for (let depth: u32 = 0; depth < MAX_CLAIM_DEPTH; depth++) {
    const entries = mapReader(level);
    let found: StructValue | null = null;
    let foundKey: usize = 0;
    while (entries.next()) {
      const key = entries.key;
      if (!leads(key, rest) || (found && key.size < foundKey)) continue;
      const value = structValue(entries.value);
      if (!value) return null;
      if (key.size != rest.size && value.kind != VALUE_STRUCT) continue;
      found = value;
      foundKey = key.size;
    }
    if (entries.failed || !found) return null;
    if (foundKey == rest.size) return found;
    level = found.content;
    rest = after(rest, foundKey);
  }
  return null;
}

/** The same search in a JSON document. */
export function findInJson(document: JsonNode, name: Slice): JsonNode | null {
  let rest = name;
  let level = document;
  for (let depth: u32 = 0; depth < MAX_CLAIM_DEPTH; depth++) {
    let found: JsonNode | null = null;
    let foundKey: usize = 0;
    for (let node = level.child; node; node = node!.next) {
      const key = node.key;
      if (!key || !leads(key, rest) || (found && key.size < foundKey)) continue;
      if (key.size != rest.size && node.kind != JSON_OBJECT) continue;
      found = node;
      foundKey = key.size;
    }
    if (!found) return null;
    if (foundKey == rest.size) return found;
    level = found;
    rest = after(rest, foundKey);
  }
  return null;
}

function leads(key: Slice, rest: Slice): bool {
  if (key.size > rest.size) return false;
  if (key.size < rest.size && rest.at(key.size) != DOT) return false;
  return memory.compare(key.start, rest.start, key.size) == 0;
}

function after(rest: Slice, keySize: usize): Slice {
  return slice(rest.start + keySize + 1, rest.size - keySize - 1);
}
