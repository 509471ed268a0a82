import type { JsonObject } from '@omnia-policy/policy';

/** Less than the API server stores of one object (1.5 MB), with room for what it adds. */
const MAX_BYTES = 1_000_000;

/** Patches that must stay together, in their order. */
export type PatchGroup = readonly JsonObject[];

/**
 * As few lists as the API server can store, the groups in their order: each filter carries the whole module, for each
 * port anew.
 */
export function packPatches(groups: readonly PatchGroup[], maxBytes = MAX_BYTES): readonly PatchGroup[] {
  const lists: JsonObject[][] = [];
  let bytes = maxBytes;
  for (const group of groups) {
    const size = JSON.stringify(group).length;
    const last = lists.at(-1);
    if (last === undefined || bytes + size > maxBytes) {
      lists.push([...group]);
      bytes = size;
    } else {
      last.push(...group);
      bytes += size;
    }
  }
  return lists;
}
