import type { RE2JS } from 're2js';
import { chargeGrowth, plainSearches, testAfresh } from './automaton.js';
import { charge } from './budget.js';
import { compilePattern } from './compile-pattern.js';
import { fault } from './fault.js';
import { patternWeight } from './pattern-weight.js';
import { LruCache } from './values/lru-cache.js';

/** Longest pattern, in UTF-16 units. */
export const MAX_PATTERN_LENGTH = 512;
/** Largest {@link patternWeight} of a pattern that comes with a call. */
export const MAX_CALL_PATTERN_WEIGHT = 5_000;

/** Compiling a pattern is paid whether it is remembered or not, so that costs stay the same. */
const COMPILE_STEPS = 2_000;
const COMPILE_STEPS_PER_WEIGHT = 10;

const UNITS_PER_STEP = 4;
const SEARCHED_UNITS_PER_STEP = 16;
const COMPARED_PAIRS_PER_STEP = 256;

/** A compiled pattern, and what matching it takes. */
export interface ReadyPattern {
  readonly regex: RE2JS;
  /** Whether its automaton was built as a whole, so that no text makes it grow. */
  readonly isWhole: boolean;
  readonly stepsPerUnit: number;
}

// Not the one of the rules' patterns, which those of calls must not push out.
const ofCalls = new LruCache<string, ReadyPattern>(4);

/**
 * Whether the text has a match of a pattern that is computed from the call. RE2: linear time, no back references. Throws
 * a fault when it is no pattern.
 */
export function matchesCallPattern(text: string, pattern: string): boolean {
  if (pattern.length > MAX_PATTERN_LENGTH) throw fault('evaluation-failed', 'the pattern is too long');
  const weight = patternWeight(pattern);
  if (weight > MAX_CALL_PATTERN_WEIGHT) throw fault('evaluation-failed', 'the pattern is too large');
  charge(COMPILE_STEPS + COMPILE_STEPS_PER_WEIGHT * weight);
  return test(ofCalls.get(pattern, callPattern), text);
}

/** Whether the text has a match. Pays for it. */
export function test({ regex, isWhole, stepsPerUnit }: ReadyPattern, text: string): boolean {
  charge(Math.ceil(text.length * stepsPerUnit));
  return isWhole ? regex.test(text) : testAfresh(regex, text);
}

function callPattern(pattern: string): ReadyPattern {
  try {
    return ready(compilePattern(pattern), false);
  } catch {
    throw fault('evaluation-failed', 'the pattern is no RE2 pattern');
  }
}

export function ready(regex: RE2JS, isWhole: boolean): ReadyPattern {
  if (!isWhole) chargeGrowth(regex);
  const searches = plainSearches(regex);
  const searching =
    searches === 0
      ? 0
      : searches / SEARCHED_UNITS_PER_STEP + regex.pattern().length / COMPARED_PAIRS_PER_STEP;
  return { regex, isWhole, stepsPerUnit: 1 / UNITS_PER_STEP + searching };
}
