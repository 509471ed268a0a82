import { alloc } from './arena';
import {
  arrayOf,
  checkObject,
  configMistake,
  elementPath,
  requiredField,
  requiredText,
  shown,
  textOf,
} from './config-fields';
import { mayInject } from './injectable';
import { JsonNode } from './json-node';
import { Slice, slice } from './slice';

/** The configuration of role `inject`. */
@unmanaged
export class InjectConfig {
  /** Property path of the decision, segments separated by NUL. */
  decision: Slice;
  /** String nodes: the headers to remove where there is no decision. */
  removeWithoutDecision: JsonNode | null;
}

const MAX_NAME_BYTES: u32 = 1024;
const MAX_HEADER_BYTES: u32 = 1024;
const MAX_HEADERS: u32 = 10_000;
const PATH_START = 'metadata/filter_metadata/';
const FIELDS: StaticArray<string> = ['role', 'decision', 'removeWithoutDecision'];
const DECISION_FIELDS: StaticArray<string> = ['namespace', 'key'];

/** Mistakes go to configMistake; the result is of use only when there was none. */
export function injectConfig(document: JsonNode): InjectConfig {
  const config = changetype<InjectConfig>(alloc(offsetof<InjectConfig>()));
  config.removeWithoutDecision = null;
  checkObject(document, '', FIELDS);
  const decision = requiredField(document, '', 'decision');
  if (decision && checkObject(decision, 'decision', DECISION_FIELDS)) {
    const namespace = requiredText(decision, 'decision', 'namespace', MAX_NAME_BYTES);
    const key = requiredText(decision, 'decision', 'key', MAX_NAME_BYTES);
    if (namespace && key) config.decision = propertyPath(namespace, key);
  }
  const names = document.field('removeWithoutDecision');
  if (names) config.removeWithoutDecision = readNames(names, 'removeWithoutDecision');
  return config;
}

function readNames(node: JsonNode, path: string): JsonNode | null {
  const array = arrayOf(node, path, MAX_HEADERS);
  if (!array) return null;
  let index = 0;
  for (let name = array.child; name; name = name!.next) {
    const where = elementPath(path, index++);
    const text = textOf(name, where, MAX_HEADER_BYTES);
    if (text && !mayInject(text))
      configMistake(where, shown(text) + ' is not a header that a policy may inject');
  }
  return array.child;
}

function propertyPath(namespace: Slice, key: Slice): Slice {
  const size = <usize>PATH_START.length + namespace.size + 1 + key.size;
  const path = slice(alloc(size), size);
  for (let i = 0; i < PATH_START.length; i++) {
    const byte = <u8>PATH_START.charCodeAt(i);
    store<u8>(path.start + i, byte == 0x2f ? 0 : byte);
  }
  const at = path.start + PATH_START.length;
  memory.copy(at, namespace.start, namespace.size);
  store<u8>(at + namespace.size, 0);
  memory.copy(at + namespace.size + 1, key.start, key.size);
  return path;
}
