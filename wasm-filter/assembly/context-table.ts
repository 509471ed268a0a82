/**
 * A map from context id to a 32-bit number that allocates only when it grows: hashing with linear probing in one block
 * of memory. Id 0 is never a context and marks free places; a missing id reads as 0.
 */
@unmanaged
export class ContextTable {
  private places: usize = 0;
  private mask: u32 = 0;
  private count: u32 = 0;

  get(id: u32): u32 {
    if (this.places == 0) return 0;
    const place = this.find(id);
    return this.idAt(place) == id ? this.valueAt(place) : 0;
  }

  has(id: u32): bool {
    return this.places != 0 && id != 0 && this.idAt(this.find(id)) == id;
  }

  set(id: u32, value: u32): void {
    if (id == 0) return;
    if (this.places == 0 || this.count * 2 > this.mask) this.grow();
    const place = this.find(id);
    if (this.idAt(place) != id) this.count++;
    this.write(place, id, value);
  }

  /** Closes the gap, so that find() may stop at the first free place. */
  delete(id: u32): void {
    if (!this.has(id)) return;
    let gap = this.find(id);
    this.count--;
    let place = gap;
    while (true) {
      place = (place + 1) & this.mask;
      const other = this.idAt(place);
      if (other == 0) break;
      if (((place - this.home(other)) & this.mask) >= ((place - gap) & this.mask)) {
        this.write(gap, other, this.valueAt(place));
        gap = place;
      }
    }
    this.write(gap, 0, 0);
  }

  private find(id: u32): u32 {
    let place = this.home(id);
    while (this.idAt(place) != 0 && this.idAt(place) != id) place = (place + 1) & this.mask;
    return place;
  }

  private grow(): void {
    const before = this.places;
    const beforeCount: u32 = before == 0 ? 0 : this.mask + 1;
    const size: u32 = before == 0 ? 64 : beforeCount * 2;
    this.places = heap.alloc((<usize>size) << 3);
    memory.fill(this.places, 0, (<usize>size) << 3);
    this.mask = size - 1;
    for (let i: u32 = 0; i < beforeCount; i++) {
      const id = load<u32>(before + ((<usize>i) << 3));
      if (id != 0) this.write(this.find(id), id, load<u32>(before + ((<usize>i) << 3) + 4));
    }
    if (before != 0) heap.free(before);
  }

  private home(id: u32): u32 {
    return (id * 0x9e37_79b1) & this.mask;
  }

  private idAt(place: u32): u32 {
    return load<u32>(this.places + ((<usize>place) << 3));
  }

  private valueAt(place: u32): u32 {
    return load<u32>(this.places + ((<usize>place) << 3) + 4);
  }

  private write(place: u32, id: u32, value: u32): void {
    store<u32>(this.places + ((<usize>place) << 3), id);
    store<u32>(this.places + ((<usize>place) << 3) + 4, value);
  }
}
