import { isCelUint, type CelList, type CelMap, type CelValue } from '@bufbuild/cel';
import { chargeText } from '../budget.js';
import { fault } from '../fault.js';
import { engineMap, type MapKey } from './engine-map.js';

/** The map that `{key: value, …}` builds. Throws a fault for a key of a type that no map has, and for a doubled one. */
export function literalMap(keys: CelList, values: CelList): CelMap {
  const entries = new Map<bigint | string | boolean, { key: MapKey; value: CelValue }>();
  for (let i = 0; i < keys.size; i++) {
    const key = keys.get(i);
    const value = values.get(i);
    if (!isMapKey(key) || value === undefined)
      throw fault('type-mismatch', 'a map key is no bool, int, uint or string');
    if (typeof key === 'string') chargeText(key.length);
    const stored = storedKey(key);
    if (stored === undefined || entries.has(stored))
      throw fault('evaluation-failed', 'a map literal repeats a key');
    entries.set(stored, { key, value });
  }
  return engineMap({
    size: entries.size,
    find: (key) => {
      const stored = storedKey(key);
      return stored === undefined ? undefined : entries.get(stored)?.value;
    },
    keys: () => Array.from(entries.values(), (entry) => entry.key),
  });
}

/** Numbers that are equal find each other whatever their type: they are stored as bigint. */
function storedKey(key: unknown): bigint | string | boolean | undefined {
  if (typeof key === 'string' || typeof key === 'boolean' || typeof key === 'bigint') return key;
  if (typeof key === 'number') return Number.isInteger(key) ? BigInt(key) : undefined;
  return isCelUint(key) ? key.value : undefined;
}

function isMapKey(key: CelValue | undefined): key is MapKey {
  return typeof key === 'string' || typeof key === 'boolean' || typeof key === 'bigint' || isCelUint(key);
}
