import { alloc } from './arena';
import { Slice, slice } from './slice';
import { WIRE_BYTES, WireReader, wireReader } from './wire';

/** Walks a protobuf map that is field 1 of its message: Struct.fields and Metadata.filter_metadata both are. */
@unmanaged
export class MapReader {
  private entries: WireReader;
  private entry: WireReader;
  /** Views of the entry just read; next() moves them. */
  key: Slice;
  value: Slice;

  /** Reads the next entry. False at the end and on malformed input. */
  next(): bool {
    while (this.entries.next()) {
      if (this.entries.is(1, WIRE_BYTES)) return this.readEntry();
    }
    return false;
  }

  /** Whether the map ended because it is malformed: then no entry of it may be used. */
  get failed(): bool {
    return this.entries.failed;
  }

  private readEntry(): bool {
    const entry = this.entry;
    entry.open(this.entries.start, this.entries.size);
    move(this.key, this.entries.start, 0);
    move(this.value, this.entries.start, 0);
    while (entry.next()) {
      if (entry.is(1, WIRE_BYTES)) move(this.key, entry.start, entry.size);
      else if (entry.is(2, WIRE_BYTES)) move(this.value, entry.start, entry.size);
    }
    if (entry.failed) this.entries.failed = true;
    return !entry.failed;
  }

  open(message: Slice): void {
    this.entries = wireReader(message);
    this.entry = wireReader(message);
    this.key = slice(message.start, 0);
    this.value = slice(message.start, 0);
  }
}

function move(view: Slice, start: usize, size: usize): void {
  view.start = start;
  view.size = size;
}

export function mapReader(message: Slice): MapReader {
  const reader = changetype<MapReader>(alloc(offsetof<MapReader>()));
  reader.open(message);
  return reader;
}
