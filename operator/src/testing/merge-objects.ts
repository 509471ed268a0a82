import type { KubeObject } from '@omnia-policy/kube';
import { isRecord } from '@omnia-policy/policy';

/** As server-side apply does it: maps are merged, everything else is replaced. */
export function mergeObjects(stored: KubeObject, applied: KubeObject): KubeObject {
  const merged: Record<string, unknown> = { ...stored };
  for (const [field, value] of Object.entries(applied)) merged[field] = merge(merged[field], value);
  return { ...stored, ...merged };
}

function merge(stored: unknown, applied: unknown): unknown {
  if (applied === undefined) return stored;
  if (!isRecord(stored) || !isRecord(applied)) return applied;
  const merged: Record<string, unknown> = { ...stored };
  for (const [field, value] of Object.entries(applied)) merged[field] = merge(merged[field], value);
  return merged;
}
