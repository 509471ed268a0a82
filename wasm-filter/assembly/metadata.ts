import { mapReader } from './map-reader';
import { Slice, equals, slice } from './slice';
import { VALUE_STRUCT, structValue } from './struct-value';

let malformed: bool = false;

/**
 * The struct that filter `namespace` has put under `key` into the request's dynamic metadata (an encoded
 * envoy.config.core.v3.Metadata). Null when there is none; metadataMalformed() tells that from metadata that can't be read.
 */
export function metadataStruct(metadata: Slice, namespace: Slice, key: Slice): Slice | null {
  malformed = false;
  const filter = lastEntry(metadata, namespace);
  if (!filter) return null;
  const entry = lastEntry(filter, key);
  if (!entry) return null;
  const value = structValue(entry);
  if (!value) malformed = true;
  return value && value.kind == VALUE_STRUCT ? value.content : null;
}

export function metadataMalformed(): bool {
  return malformed;
}

function lastEntry(map: Slice, key: Slice): Slice | null {
  const entries = mapReader(map);
  let found: Slice | null = null;
  while (entries.next()) {
    if (equals(entries.key, key)) found = slice(entries.value.start, entries.value.size);
  }
  if (entries.failed) malformed = true;
  return entries.failed ? null : found;
}
