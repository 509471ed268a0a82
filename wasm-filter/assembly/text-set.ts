import { alloc } from './arena';
import { Slice, equals } from './slice';

/** A set of texts, of a size that is known when it is made: hashing with linear probing in one block of the arena in use. */
@unmanaged
export class TextSet {
  private places: usize;
  private mask: u32;

  has(text: Slice): bool {
    return this.at(this.find(text)) != 0;
  }

  /** False when it was there already. */
  add(text: Slice): bool {
    const place = this.find(text);
    if (this.at(place) != 0) return false;
    store<usize>(this.places + <usize>place * sizeof<usize>(), changetype<usize>(text));
    return true;
  }

  private find(text: Slice): u32 {
    let place = hash(text) & this.mask;
    for (let found = this.at(place); found != 0; found = this.at(place)) {
      if (equals(changetype<Slice>(found), text)) break;
      place = (place + 1) & this.mask;
    }
    return place;
  }

  private at(place: u32): usize {
    return load<usize>(this.places + <usize>place * sizeof<usize>());
  }

  open(count: u32): void {
    let size: u32 = 4;
    while (size < count * 2) size *= 2;
    const bytes = <usize>size * sizeof<usize>();
    this.places = alloc(bytes);
    memory.fill(this.places, 0, bytes);
    this.mask = size - 1;
  }
}

/** @param count of the texts that it will hold at most; at least half of its places stay free */
export function textSet(count: u32): TextSet {
  const set = changetype<TextSet>(alloc(offsetof<TextSet>()));
  set.open(count);
  return set;
}

/** FNV-1a. Nobody but the configuration fills the sets that live long. */
function hash(text: Slice): u32 {
  let value: u32 = 0x811c_9dc5;
  for (let i: usize = 0; i < text.size; i++) value = (value ^ text.at(i)) * 0x0100_0193;
  return value ^ (value >> 15);
}
