import { isDeepStrictEqual } from 'node:util';
import { asRecord, asText } from '../record.js';

type Status = Readonly<Record<string, unknown>>;

export interface StatusMerge {
  readonly stored: unknown;
  readonly desired: Status;
  readonly nowMs: number;
  /** Nobody else writes this status: what is stored and not desired must go. Else it belongs to another writer. */
  readonly isSoleWriter: boolean;
}

/**
 * The status to write, or undefined when the stored one says the same. A condition keeps its time as long as its status
 * stays.
 */
export function mergeStatus({ stored, desired, nowMs, isSoleWriter }: StatusMerge): Status | undefined {
  const before = asRecord(stored);
  const conditions = withTimes(before.conditions, desired.conditions, nowMs);
  const merged: Status = { ...desired, ...(conditions && { conditions }) };
  const isSame = isSaid(before, merged) && !(isSoleWriter && saysMore(before, merged));
  return isSame ? undefined : merged;
}

function saysMore(before: Status, merged: Status): boolean {
  return (
    Object.keys(before).some((field) => !Object.hasOwn(merged, field)) ||
    conditionsOf(before.conditions).length > conditionsOf(merged.conditions).length
  );
}

function isSaid(before: Status, merged: Status): boolean {
  return Object.entries(merged).every(([field, value]) =>
    field === 'conditions'
      ? conditionsOf(value).every((condition) =>
          isDeepStrictEqual(condition, findCondition(before.conditions, condition.type)),
        )
      : isDeepStrictEqual(value, before[field]),
  );
}

function withTimes(stored: unknown, desired: unknown, nowMs: number): Status[] | undefined {
  if (!Array.isArray(desired)) return undefined;
  // To the second, as Kubernetes writes times.
  const now = new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return conditionsOf(desired).map((condition) => {
    const before = findCondition(stored, condition.type);
    const time = before?.status === condition.status ? asText(before?.lastTransitionTime) : '';
    return { ...condition, lastTransitionTime: time === '' ? now : time };
  });
}

function conditionsOf(conditions: unknown): Status[] {
  return Array.isArray(conditions) ? conditions.map((condition: unknown) => asRecord(condition)) : [];
}

function findCondition(conditions: unknown, type: unknown): Status | undefined {
  return conditionsOf(conditions).find((condition) => condition.type === type);
}
