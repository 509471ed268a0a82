import { setTimeout as delay } from 'node:timers/promises';
import type { FilterState, FilterStates } from './filter-states.js';
import type { RefusalReasons } from './refusal-reasons.js';

export interface WrittenFilter {
  readonly filter: string;
  readonly version: string;
  /** Undefined: Envoy was not there before the file was. */
  readonly before: FilterState | undefined;
}

export interface Judge {
  /** The states that were seen last. */
  readonly look: () => Promise<FilterStates>;
  readonly reasons: RefusalReasons;
  readonly signal: AbortSignal;
  /** Whether there are newer files to be written. */
  readonly isNewerWaiting: () => boolean;
  readonly settle: (filter: string, verdict: Verdict) => void;
}

/** `silent`: Envoy said nothing in a minute. */
export type Verdict =
  { readonly kind: 'taken' | 'silent' } | { readonly kind: 'refused'; readonly reason: string };

const PAUSE_MS = 50;
/** Envoy answers within milliseconds; a file replaced before that would be judged by what befell the former one. */
const PATIENCE_MS = 1000;
const VERDICT_DEADLINE_MS = 60_000;
/** Envoy's counters may arrive before the line that it logged. */
const REASON_DEADLINE_MS = 1000;

/**
 * Waits until Envoy, which may have to start first, runs the new files on all workers or refuses them. What it has
 * judged leaves `outstanding`; the rest stays when it says nothing, or not soon while newer files are waiting.
 */
export async function settleFilters(outstanding: Map<string, WrittenFilter>, judge: Judge): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    await settleJudged(outstanding, judge);
    const waitedMs = performance.now() - startMs;
    if (outstanding.size === 0 || (judge.isNewerWaiting() && waitedMs > PATIENCE_MS)) return;
    if (waitedMs > VERDICT_DEADLINE_MS) break;
    await delay(PAUSE_MS, undefined, { signal: judge.signal });
  }
  for (const filter of outstanding.keys()) judge.settle(filter, { kind: 'silent' });
}

async function settleJudged(outstanding: Map<string, WrittenFilter>, judge: Judge): Promise<void> {
  const states = await judge.look();
  for (const written of [...outstanding.values()]) {
    const { filter } = written;
    const kind = kindOf(written, states.get(filter));
    if (kind === undefined) continue;
    outstanding.delete(filter);
    judge.settle(filter, kind === 'taken' ? { kind } : { kind, reason: await reasonOf(filter, judge) });
  }
}

async function reasonOf(filter: string, { reasons, signal }: Judge): Promise<string> {
  const endMs = performance.now() + REASON_DEADLINE_MS;
  for (;;) {
    const reason = reasons.of(filter);
    if (reason !== undefined) return reason;
    if (performance.now() > endMs) return 'its log may say why';
    await delay(PAUSE_MS, undefined, { signal });
  }
}

function kindOf(
  { version, before }: WrittenFilter,
  now: FilterState | undefined,
): 'taken' | 'refused' | undefined {
  if (now === undefined) return undefined;
  // Asked first: once Envoy refused a file, it counts every later look at the same one as a success.
  if (now.refusals > (before?.refusals ?? 0)) return 'refused';
  return now.version === version && now.reloads > (before?.reloads ?? 0) ? 'taken' : undefined;
}
