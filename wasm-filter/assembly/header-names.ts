import { alloc } from './arena';
import { sameName } from './header-text';
import { JsonNode } from './json-node';
import { Slice } from './slice';

/** A list of header names as they came in, each to be removed with all its copies. */
@unmanaged
export class HeaderName {
  name: Slice;
  next: HeaderName | null;
}

export function headerName(name: Slice, next: HeaderName | null): HeaderName {
  const made = changetype<HeaderName>(alloc(offsetof<HeaderName>()));
  made.name = name;
  made.next = next;
  return made;
}

/** Whether one of the string nodes from `first` on names that header, in any spelling. */
export function namesHeader(first: JsonNode | null, name: Slice): bool {
  for (let node = first; node; node = node!.next) {
    if (sameName(node.text, name)) return true;
  }
  return false;
}
