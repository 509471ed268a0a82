import { alloc } from './arena';
import { Slice, slice } from './slice';

/**
 * Walks a header map in the host's serialised form: the number of pairs, then the lengths of each name and value, then
 * each name and value with a NUL behind it; numbers are 32 bits, little-endian.
 */
@unmanaged
export class HeaderPairs {
  private pairs: Slice;
  private left: u32;
  private lengths: usize;
  private data: usize;
  name: Slice;
  value: Slice;
  /** Whether the walk ended because the lengths do not fit the data. */
  failed: bool;

  next(): bool {
    if (this.left == 0) return false;
    const nameBytes = load<u32>(this.lengths);
    const valueBytes = load<u32>(this.lengths + 4);
    const end = this.pairs.start + this.pairs.size;
    if (<u64>nameBytes + <u64>valueBytes + 2 > <u64>(end - this.data)) {
      this.failed = true;
      return false;
    }
    this.name = slice(this.data, nameBytes);
    this.value = slice(this.data + nameBytes + 1, valueBytes);
    this.data += nameBytes + valueBytes + 2;
    this.lengths += 8;
    this.left--;
    return true;
  }

  open(pairs: Slice): void {
    this.pairs = pairs;
    this.left = pairs.size < 4 ? 0 : load<u32>(pairs.start);
    this.lengths = pairs.start + 4;
    this.data = this.lengths + ((<usize>this.left) << 3);
    this.failed = 4 + <u64>this.left * 8 > <u64>pairs.size && this.left > 0;
    if (this.failed) this.left = 0;
  }
}

export function headerPairs(pairs: Slice): HeaderPairs {
  const walk = changetype<HeaderPairs>(alloc(offsetof<HeaderPairs>()));
  walk.open(pairs);
  return walk;
}
