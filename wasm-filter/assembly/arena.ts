/**
 * Bump memory, thrown away as a whole. A request allocates from one arena that is emptied when the next callback starts,
 * so the hot path makes no managed objects and leaves nothing to collect. A configuration owns an arena of its own and
 * lives as long as its root context.
 */

/** The first block of a request's arena: enough for usual headers, metadata and one token. */
const BLOCK_BYTES: usize = 64 * 1024;

/** Each block starts with the address of the block before it. */
const BLOCK_HEADER_BYTES: usize = 8;

/** Far above the memory limit of the module; keeps the sums below free of overflow. */
const MAX_ALLOCATION_BYTES: usize = 1 << 28;

@unmanaged
export class Arena {
  private block: usize = 0;
  private at: usize = 0;
  private end: usize = 0;

  /** Memory that is not zeroed, aligned to 8 bytes. Traps when the module's memory is used up. */
  alloc(bytes: usize): usize {
    if (bytes > MAX_ALLOCATION_BYTES) unreachable();
    const rounded = (bytes + 7) & ~7;
    if (this.at + rounded > this.end) this.grow(rounded);
    const start = this.at;
    this.at = start + rounded;
    return start;
  }

  /** Forgets everything. Only the first block is kept, so that one large request does not hold memory for ever. */
  reset(): void {
    if (this.block == 0) return;
    while (load<usize>(this.block) != 0) this.dropBlock();
    this.at = this.block + BLOCK_HEADER_BYTES;
    this.end = this.block + BLOCK_BYTES;
  }

  /** Gives all memory back, that of this object included. */
  free(): void {
    while (this.block != 0) this.dropBlock();
    heap.free(changetype<usize>(this));
  }

  private grow(bytes: usize): void {
    // The first block has one fixed size: reset() relies on it.
    if (this.block == 0) this.addBlock(BLOCK_BYTES);
    if (this.at + bytes > this.end) this.addBlock(max(BLOCK_BYTES, bytes + BLOCK_HEADER_BYTES));
  }

  private addBlock(bytes: usize): void {
    const block = heap.alloc(bytes);
    store<usize>(block, this.block);
    this.block = block;
    this.at = block + BLOCK_HEADER_BYTES;
    this.end = block + bytes;
  }

  private dropBlock(): void {
    const before = load<usize>(this.block);
    heap.free(this.block);
    this.block = before;
  }
}

const requestArena = new Arena();
let current: Arena = requestArena;

/** Allocates from the arena in use. */
export function alloc(bytes: usize): usize {
  return current.alloc(bytes);
}

/** Empties the request arena and uses it. Nothing from an earlier callback may be read after this. */
export function useRequestArena(): void {
  requestArena.reset();
  current = requestArena;
}

/** Allocations go to `arena` until the next call of useRequestArena. */
export function useArena(arena: Arena): void {
  current = arena;
}
