import { CONDITION_TABLE, type ConditionType, type KnownCondition } from './condition-table.js';
import type { Condition } from './plan.js';

/** The API server takes no longer message. */
const MAX_MESSAGE_LENGTH = 32_000;

type RowsOf<T extends ConditionType> = Extract<KnownCondition, { readonly type: T }>;

/** What is said about one condition: a row of the table, and a message. */
export type Said<T extends ConditionType> = SaidOf<RowsOf<T>>;
type SaidOf<R extends KnownCondition> = R extends unknown
  ? Pick<R, 'type' | 'status' | 'reason'> & { readonly message: string }
  : never;

export function condition<T extends ConditionType>(said: Said<T>, observedGeneration: number): Condition {
  const { type, status, reason, message } = said;
  return { type, status, reason, message: message.slice(0, MAX_MESSAGE_LENGTH), observedGeneration };
}

/** One thing that is wrong; the first of several gives the condition its reason. */
export interface Finding<R extends string> {
  readonly reason: R;
  readonly message: string;
}

const EFFECTS: readonly string[] = CONDITION_TABLE.flatMap(({ type, reason }) =>
  type === 'Effective' ? [reason] : [],
);

/** In the order of the table: what lets calls pass that should not comes before what is only unlikely to be meant. */
function gravestFirst<R extends RowsOf<'Effective'>['reason']>(
  findings: readonly Finding<R>[],
): readonly Finding<R>[] {
  return findings.toSorted((a, b) => EFFECTS.indexOf(a.reason) - EFFECTS.indexOf(b.reason));
}

/** Whether a policy is enforced everywhere. What is not known yet counts only where nothing is known to be wrong. */
export function effective(
  findings: readonly Finding<Exclude<RowsOf<'Effective'>['reason'], 'Guarded'>>[],
  done: string,
): Said<'Effective'> {
  const type = 'Effective';
  const sorted = gravestFirst(findings);
  const [first] = sorted;
  if (first === undefined) return { type, status: 'True', reason: 'Guarded', message: done };
  const { reason } = first;
  const message = findingsText(sorted);
  if (reason === 'Attaching') return { type, status: 'Unknown', reason, message };
  return { type, status: 'False', reason, message };
}

/** `a, b and c`; of many only the first. */
export function listText(names: readonly string[], max = 5): string {
  const shown = names.slice(0, max);
  const more = names.length - shown.length;
  const all = more > 0 ? [...shown, `${String(more)} more`] : shown;
  const last = all.at(-1) ?? '';
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} and ${last}`;
}

export function findingsText(findings: readonly Finding<string>[]): string {
  return findings.map(({ message }) => message).join('; ');
}

/** `1 tool workload`, `2 tool workloads`. */
export function countText(count: number, word: string): string {
  return `${String(count)} ${word}${count === 1 ? '' : 's'}`;
}
