import { RE2JS } from 're2js';
import { charge } from './budget.js';
import { fault } from './fault.js';
import { LruCache } from './values/lru-cache.js';

/** Longest pattern, in UTF-16 units. */
export const MAX_PATTERN_LENGTH = 512;

/** Compiling a pattern costs up to a millisecond; paid whether it is remembered or not, so that costs stay the same. */
const COMPILE_STEPS = 2_000;

// Two caches: patterns that come with calls must not push out those of the rules.
const ofRules = new LruCache<string, RE2JS>(4_096);
const ofCalls = new LruCache<string, RE2JS>(64);

/** Whether the text has a match of a pattern that stands in the rule. RE2: linear time, no back references. */
export function matchesRulePattern(text: string, pattern: string): boolean {
  chargeMatch(text);
  return ofRules.get(pattern, compilePattern).test(text);
}

/** The same for a pattern that is computed from the call. Throws a fault when it is no pattern. */
export function matchesCallPattern(text: string, pattern: string): boolean {
  charge(COMPILE_STEPS);
  chargeMatch(text);
  return ofCalls.get(pattern, compilePattern).test(text);
}

/** Why a pattern is refused; undefined for a good one. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN_LENGTH) return `it is longer than ${MAX_PATTERN_LENGTH} characters`;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'it is no RE2 pattern';
  }
}

function chargeMatch(text: string): void {
  // The automaton looks at every character, at some ten nanoseconds each.
  charge(Math.ceil(text.length / 4));
}

function compilePattern(pattern: string): RE2JS {
  if (pattern.length > MAX_PATTERN_LENGTH) throw fault('evaluation-failed', 'the pattern is too long');
  try {
    return RE2JS.compile(pattern);
  } catch {
    throw fault('evaluation-failed', 'the pattern is no RE2 pattern');
  }
}
