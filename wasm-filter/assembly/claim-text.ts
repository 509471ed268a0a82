import { alloc } from './arena';
import { readsAs } from './decimal';
import { doubleText } from './double-text';
import { hasControl, trimmed } from './header-text';
import { JSON_ARRAY, JSON_NUMBER, JsonNode } from './json-node';
import { Slice, contains, slice, sliceOf } from './slice';
import { StructValue, VALUE_BOOL, VALUE_LIST, VALUE_NUMBER, VALUE_STRING, structValue } from './struct-value';
import { isUtf8 } from './utf8';
import { WIRE_BYTES, wireReader } from './wire';

const COMMA: u8 = 0x2c;

/**
 * The header value for a verified claim, or null when the claim has none: null and objects, arrays that are empty or hold
 * anything but plain scalars, text that must not stand in a header, and values longer than `maxBytes`. Nothing is cut.
 *
 * `spelled` is the same claim in the token's text, if there is one; numbers are taken from it only where they read as
 * exactly the verified number.
 */
export function claimText(value: StructValue, spelled: JsonNode | null, maxBytes: u32): Slice | null {
  const text =
    value.kind == VALUE_LIST ? listText(value.content, spelled, maxBytes) : scalarText(value, spelled);
  return text && text.size <= maxBytes ? text : null;
}

function scalarText(value: StructValue, spelled: JsonNode | null): Slice | null {
  if (value.kind == VALUE_STRING) return plainText(value.content);
  if (value.kind == VALUE_BOOL) return sliceOf(value.truth ? 'true' : 'false');
  return value.kind == VALUE_NUMBER ? numberText(value.number, spelled) : null;
}

function plainText(text: Slice): Slice | null {
  const value = trimmed(text);
  return hasControl(value) || !isUtf8(value) ? null : value;
}

function numberText(value: f64, spelled: JsonNode | null): Slice | null {
  if (spelled && spelled.kind == JSON_NUMBER && readsAs(spelled.text, value)) return spelled.text;
  return doubleText(value);
}

/** Elements joined with commas. An element with a comma inside would read as two, so the list gets no header. */
function listText(list: Slice, spelled: JsonNode | null, maxBytes: u32): Slice | null {
  let element = spelled && spelled.kind == JSON_ARRAY ? spelled.child : null;
  let first: TextPart | null = null;
  let last: TextPart | null = null;
  let size: usize = 0;
  const values = wireReader(list);
  while (values.next()) {
    if (!values.is(1, WIRE_BYTES)) continue;
    const value = structValue(slice(values.start, values.size));
    const text = value ? scalarText(value, element) : null;
    if (!text || contains(text, COMMA)) return null;
    const part = textPart(text);
    if (last) last.next = part;
    else first = part;
    last = part;
    size += text.size + (first == part ? 0 : 1);
    if (size > <usize>maxBytes) return null;
    if (element) element = element.next;
  }
  return values.failed || !first ? null : joined(first, size);
}

@unmanaged
class TextPart {
  text: Slice;
  next: TextPart | null;
}

function textPart(text: Slice): TextPart {
  const part = changetype<TextPart>(alloc(offsetof<TextPart>()));
  part.text = text;
  part.next = null;
  return part;
}

function joined(first: TextPart, size: usize): Slice {
  const out = slice(alloc(size), 0);
  for (let part: TextPart | null = first; part; part = part!.next) {
    if (part != first) append(out, COMMA);
    memory.copy(out.start + out.size, part.text.start, part.text.size);
    out.size += part.text.size;
  }
  return out;
}

function append(out: Slice, byte: u8): void {
  store<u8>(out.start + out.size, byte);
  out.size++;
}
