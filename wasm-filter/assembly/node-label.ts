import { alloc } from './arena';
import { property } from './host';
import { Slice, slice } from './slice';

const PATH_START = 'xds/node/metadata/LABELS/';

/** A label of the proxy's own workload, from its node metadata. Null when it is missing, see wasMissing(), or can't be read. */
export function nodeLabel(label: Slice): Slice | null {
  const path = slice(alloc(PATH_START.length + label.size), PATH_START.length + label.size);
  for (let i = 0; i < PATH_START.length; i++) {
    const byte = <u8>PATH_START.charCodeAt(i);
    store<u8>(path.start + i, byte == 0x2f ? 0 : byte);
  }
  memory.copy(path.start + PATH_START.length, label.start, label.size);
  return property(path);
}
