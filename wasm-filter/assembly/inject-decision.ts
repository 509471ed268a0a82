import { alloc } from './arena';
import { hasControl } from './header-text';
import { JSON_ARRAY, JSON_OBJECT, JSON_STRING, JsonNode } from './json-node';
import { readJson } from './json-reader';
import { mayInject } from './injectable';
import { Slice } from './slice';

/** `{"remove":["name"],"set":[["name","value"]]}`, checked. */
@unmanaged
export class InjectDecision {
  /** String nodes. */
  remove: JsonNode | null;
  /** Array nodes of two string nodes each: name, value. */
  set: JsonNode | null;
}

/** A JSON document may take sixteen times its size of the module's memory. */
const MAX_DECISION_BYTES: usize = 262_144;

/** Null when the text is not such a decision, or names or values may not be injected. */
export function injectDecision(text: Slice): InjectDecision | null {
  const document = text.size <= MAX_DECISION_BYTES ? readJson(text) : null;
  if (!document || document.kind != JSON_OBJECT || document.length() != 2) return null;
  const remove = document.field('remove');
  const set = document.field('set');
  if (!remove || !isNameList(remove) || !set || !isHeaderList(set)) return null;
  const decision = changetype<InjectDecision>(alloc(offsetof<InjectDecision>()));
  decision.remove = remove.child;
  decision.set = set.child;
  return decision;
}

function isNameList(node: JsonNode): bool {
  if (node.kind != JSON_ARRAY) return false;
  for (let name = node.child; name; name = name!.next) {
    if (!isInjectableName(name)) return false;
  }
  return true;
}

function isHeaderList(node: JsonNode): bool {
  if (node.kind != JSON_ARRAY) return false;
  for (let header = node.child; header; header = header!.next) {
    if (header.kind != JSON_ARRAY || header.length() != 2) return false;
    const name = header.child;
    const value = name ? name.next : null;
    if (!name || !isInjectableName(name) || !value || !isHeaderValue(value)) return false;
  }
  return true;
}

function isInjectableName(node: JsonNode): bool {
  return node.kind == JSON_STRING && mayInject(node.text);
}

function isHeaderValue(node: JsonNode): bool {
  return node.kind == JSON_STRING && !hasControl(node.text);
}
