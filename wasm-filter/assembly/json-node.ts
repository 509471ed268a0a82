import { alloc } from './arena';
import { Slice, equals, equalsText } from './slice';

export const JSON_NULL: u32 = 0;
export const JSON_BOOL: u32 = 1;
export const JSON_NUMBER: u32 = 2;
export const JSON_STRING: u32 = 3;
export const JSON_ARRAY: u32 = 4;
export const JSON_OBJECT: u32 = 5;

/** One value of a JSON document. Elements and members are linked in the order of the document. */
@unmanaged
export class JsonNode {
  kind: u32;
  /** The member's name, null for elements and for the document itself. */
  key: Slice | null;
  /** String: the decoded text. Number: its spelling in the document. Bool: `true` or `false`. */
  text: Slice;
  child: JsonNode | null;
  next: JsonNode | null;

  /** The member of that name; the last one where a name is doubled, as JSON.parse has it. */
  member(name: Slice): JsonNode | null {
    let found: JsonNode | null = null;
    if (this.kind != JSON_OBJECT) return found;
    for (let node = this.child; node; node = node!.next) {
      const key = node.key;
      if (key && equals(key, name)) found = node;
    }
    return found;
  }

  /** The first member of that (ASCII) name. */
  field(name: string): JsonNode | null {
    if (this.kind != JSON_OBJECT) return null;
    for (let node = this.child; node; node = node!.next) {
      const key = node.key;
      if (key && equalsText(key, name)) return node;
    }
    return null;
  }

  length(): u32 {
    let count: u32 = 0;
    for (let node = this.child; node; node = node!.next) count++;
    return count;
  }
}

export function jsonNode(kind: u32, text: Slice): JsonNode {
  const node = changetype<JsonNode>(alloc(offsetof<JsonNode>()));
  node.kind = kind;
  node.key = null;
  node.text = text;
  node.child = null;
  node.next = null;
  return node;
}
