import { RE2JS } from 're2js';
import { charge } from './budget.js';
import { fault } from './fault.js';
import { LruCache } from './values/lru-cache.js';

/** Longest pattern, in UTF-16 units. */
export const MAX_PATTERN_LENGTH = 512;

/** Compiling a pattern costs up to a millisecond; paid whether it is remembered or not, so that costs stay the same. */
const COMPILE_STEPS = 2_000;

// The automaton behind a pattern grows with the texts it sees, up to 8 MB, and then falls back to a slower one, whose
// time grows with the size of the pattern's program. So patterns that come with calls pay for that size, and few of
// them are remembered; two caches, since they must not push out those of the rules.
const ofRules = new LruCache<string, RE2JS>(4_096);
const ofCalls = new LruCache<string, RE2JS>(4);
const UNITS_PER_STEP = 4;
/** Programs up to this size, a dozen words or so, cost nothing extra in a rule. */
const SMALL_PROGRAM = 32;
const RULE_PROGRAM_PER_STEP = 256;
const CALL_PROGRAM_PER_STEP = 32;

/** Whether the text has a match of a pattern that stands in the rule. RE2: linear time, no back references. */
export function matchesRulePattern(text: string, pattern: string): boolean {
  const compiled = ofRules.get(pattern, compilePattern);
  const excess = Math.max(compiled.programSize() - SMALL_PROGRAM, 0);
  charge(Math.ceil(text.length * (1 / UNITS_PER_STEP + excess / RULE_PROGRAM_PER_STEP)));
  return compiled.test(text);
}

/** The same for a pattern that is computed from the call. Throws a fault when it is no pattern. */
export function matchesCallPattern(text: string, pattern: string): boolean {
  charge(COMPILE_STEPS);
  const compiled = ofCalls.get(pattern, compilePattern);
  charge(Math.ceil(text.length * (1 / UNITS_PER_STEP + compiled.programSize() / CALL_PROGRAM_PER_STEP)));
  return compiled.test(text);
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

function compilePattern(pattern: string): RE2JS {
  if (pattern.length > MAX_PATTERN_LENGTH) throw fault('evaluation-failed', 'the pattern is too long');
  try {
    return RE2JS.compile(pattern);
  } catch {
    throw fault('evaluation-failed', 'the pattern is no RE2 pattern');
  }
}
