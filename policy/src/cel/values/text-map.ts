import type { CelMap } from '@bufbuild/cel';
import { engineMap } from './engine-map.js';

/**
 * A map of texts that finds its entries by a normal form of their names.
 *
 * @param normalise gives the form in which the entries' keys are stored
 */
export function textMap(entries: ReadonlyMap<string, string>, normalise: (name: string) => string): CelMap {
  return engineMap({
    size: entries.size,
    find: (key) => (typeof key === 'string' ? entries.get(normalise(key)) : undefined),
    keys: () => entries.keys(),
  });
}
