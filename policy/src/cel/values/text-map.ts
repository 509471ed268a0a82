import type { CelMap } from '@bufbuild/cel';
import { chargeTextChange } from '../budget.js';
import { engineMap } from './engine-map.js';

/** Names up to this length are normalised for nothing. */
const SHORT_NAME = 32;

/**
 * A map of texts that finds its entries by a normal form of their names.
 *
 * @param normalise gives the form in which the entries' keys are stored; never a shorter one than the name
 */
export function textMap(entries: ReadonlyMap<string, string>, normalise: (name: string) => string): CelMap {
  let longestName = 0;
  for (const name of entries.keys()) longestName = Math.max(longestName, name.length);
  return engineMap({
    size: entries.size,
    find: (key) => {
      if (typeof key !== 'string' || key.length > longestName) return undefined;
      if (key.length > SHORT_NAME) chargeTextChange(key.length);
      return entries.get(normalise(key));
    },
    keys: () => entries.keys(),
  });
}
