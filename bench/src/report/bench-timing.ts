import { LARGE_BODY_BYTES, type Variant } from '../chain/variant.js';

/** How long a run of the bench takes, and what it is spent on. */
export interface BenchTiming {
  /** In each, all processes are started anew. */
  readonly rounds: number;
  /** Each is one slice of load for every variant that takes it, one after the other. */
  readonly turnsPerRound: number;
  readonly sliceMs: number;
  readonly connections: number;
  /** Compiled code comes with the number of calls, not with time; the times bound it. */
  readonly warmUpCalls: number;
  readonly warmUpMs: number;
  readonly warmUpLargeMs: number;
}

export const FULL_RUN: BenchTiming = {
  ...{ rounds: 4, turnsPerRound: 6, sliceMs: 1500, connections: 8 },
  ...{ warmUpCalls: 20_000, warmUpMs: 12_000, warmUpLargeMs: 8000 },
};

export const SHORT_RUN: BenchTiming = {
  ...{ rounds: 1, turnsPerRound: 1, sliceMs: 1000, connections: 8 },
  ...{ warmUpCalls: 2000, warmUpMs: 1000, warmUpLargeMs: 1000 },
};

const isLarge = ({ bodyBytes }: Variant): boolean => bodyBytes >= LARGE_BODY_BYTES;

/** Large bodies have no target that small differences decide, so every second turn is enough. @param turn from 1 */
export function takesTurn(variant: Variant, turn: number): boolean {
  return !isLarge(variant) || turn % 2 === 1;
}

export function warmUpMsOf(variant: Variant, { warmUpMs, warmUpLargeMs }: BenchTiming): number {
  return isLarge(variant) ? warmUpLargeMs : warmUpMs;
}

/** Processes that start and the check of what they answer. */
const START_MS = 2000;

/** What a run takes at most, in milliseconds. */
export function longestRunMs(variants: readonly Variant[], timing: BenchTiming): number {
  const turns = Array.from({ length: timing.turnsPerRound }, (_, index) => index + 1);
  const perRound = variants.map((variant) => {
    const taken = turns.filter((turn) => takesTurn(variant, turn)).length;
    return START_MS + warmUpMsOf(variant, timing) + taken * timing.sliceMs;
  });
  return timing.rounds * perRound.reduce((sum, each) => sum + each, 0);
}
