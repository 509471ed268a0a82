import { setTimeout as delay } from 'node:timers/promises';
import type { ListenAddress } from '@omnia-policy/service';
import { readFilterStates } from './filter-states.js';
import type { FilterState } from './filter-states.js';
import type { RefusalReasons } from './refusal-reasons.js';

export interface WrittenFilter {
  readonly filter: string;
  readonly version: string;
  /** Undefined: Envoy was not there before the file was. */
  readonly before: FilterState | undefined;
}

export interface Judge {
  readonly admin: ListenAddress;
  readonly reasons: RefusalReasons;
  readonly signal: AbortSignal;
}

/** `silent`: Envoy said nothing in a minute. */
export type Verdict =
  { readonly kind: 'taken' | 'silent' } | { readonly kind: 'refused'; readonly reason: string };

const PAUSE_MS = 50;
const VERDICT_DEADLINE_MS = 60_000;
/** Envoy's counters may arrive before the line that it logged. */
const REASON_DEADLINE_MS = 1000;

/** Waits until Envoy, which may have to start first, runs the filter's new file on all workers or refuses it. */
export async function filterVerdict(written: WrittenFilter, judge: Judge): Promise<Verdict> {
  const { admin, reasons, signal } = judge;
  const kind = await poll(
    async () => {
      const states = await readFilterStates(admin).catch(() => undefined);
      return kindOf(written, states?.get(written.filter));
    },
    VERDICT_DEADLINE_MS,
    signal,
  );
  if (kind !== 'refused') return { kind: kind ?? 'silent' };
  const reason = await poll(() => Promise.resolve(reasons.of(written.filter)), REASON_DEADLINE_MS, signal);
  return { kind, reason: reason ?? 'its log may say why' };
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

/** Undefined when the deadline passes. */
async function poll<T>(
  look: () => Promise<T | undefined>,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined || performance.now() > endMs) return seen;
    await delay(PAUSE_MS, undefined, { signal });
  }
}
