import type { CacheChange } from '@omnia-policy/kube';
import type { EmittedObject } from '../../model/objects.js';
import { parseKey } from '../key.js';

/** Somebody edited or deleted an object of ours, or we did: its owners, former and present, look at it. */
export function touchedByEmitted({ before, after }: CacheChange<EmittedObject>): string[] {
  const owners = new Set([before?.owner ?? '', after?.owner ?? '']);
  return [...owners].filter((owner) => parseKey(owner) !== undefined);
}
