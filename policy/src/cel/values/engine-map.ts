import type { CelMap, CelUint, CelValue } from '@bufbuild/cel';
import { chargeText } from '../budget.js';

/** What a map can be asked for: no double is ever a key, yet one may be looked up. */
export type MapKey = bigint | string | boolean | CelUint;

/** Where a map's entries come from. `find` gives undefined for a key that is absent, null for one that holds null. */
export interface MapSource {
  readonly size: number;
  find(key: unknown): CelValue | undefined;
  keys(): Iterable<MapKey>;
}

/**
 * The mark by which the engine knows a map. The one contact with it that is not its public interface (its own maps
 * take a null value for an absent key); engine-contact.test.ts fails if a new version changes it.
 */
export const MAP_MARK = Symbol.for('@bufbuild/cel/map');

/** A map of ours in the form that the engine reads. */
export function engineMap(source: MapSource): CelMap {
  return new EngineMap(source) as unknown as CelMap;
}

class EngineMap implements ReadonlyMap<MapKey, CelValue> {
  readonly [MAP_MARK] = true;
  readonly #source: MapSource;

  constructor(source: MapSource) {
    this.#source = source;
  }

  get size(): number {
    return this.#source.size;
  }

  /** Pays for reading the whole of a long key, which a call may bring. */
  get(key: unknown): CelValue | undefined {
    if (typeof key === 'string') chargeText(key.length);
    return this.#source.find(key);
  }

  has(key: unknown): boolean {
    return this.get(key) !== undefined;
  }

  *keys(): MapIterator<MapKey> {
    yield* this.#source.keys();
  }

  *values(): MapIterator<CelValue> {
    for (const [, value] of this.entries()) yield value;
  }

  *entries(): MapIterator<[MapKey, CelValue]> {
    for (const key of this.#source.keys()) {
      const value = this.#source.find(key);
      if (value !== undefined) yield [key, value];
    }
  }

  [Symbol.iterator](): MapIterator<[MapKey, CelValue]> {
    return this.entries();
  }

  forEach(callback: (value: CelValue, key: MapKey, map: ReadonlyMap<MapKey, CelValue>) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this);
  }
}
