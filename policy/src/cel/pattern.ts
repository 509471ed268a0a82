import type { RE2JS } from 're2js';
import { buildWhole, chargeGrowth, plainSearches, testAfresh } from './automaton.js';
import { charge } from './budget.js';
import { compilePattern } from './compile-pattern.js';
import { fault } from './fault.js';
import { patternWeight } from './pattern-weight.js';
import { LruCache } from './values/lru-cache.js';

/** Longest pattern, in UTF-16 units. */
export const MAX_PATTERN_LENGTH = 512;
/** Largest {@link patternWeight} of a pattern that stands in a rule, and of one that comes with a call. */
export const MAX_RULE_PATTERN_WEIGHT = 50_000;
export const MAX_CALL_PATTERN_WEIGHT = 5_000;

/** What the patterns of one expression may weigh together before another is refused, some 0.2 s. */
export const MAX_EXPRESSION_PATTERNS_WEIGHT = 250_000;

/** Compiling a pattern is paid whether it is remembered or not, so that costs stay the same. */
const COMPILE_STEPS = 2_000;
const COMPILE_STEPS_PER_WEIGHT = 10;

const BUILDING_WORK_PER_WEIGHT = 15;
const UNITS_PER_STEP = 4;
const SEARCHED_UNITS_PER_STEP = 16;
const COMPARED_PAIRS_PER_STEP = 256;

interface ReadyPattern {
  readonly regex: RE2JS;
  /** Whether its automaton was built as a whole, so that no text makes it grow. */
  readonly isWhole: boolean;
  readonly stepsPerUnit: number;
}

export interface RulePattern extends ReadyPattern {
  /** Its {@link patternWeight}, and what building its automaton took. */
  readonly weight: number;
}

/** The patterns that stand in one expression, ready to match. */
export type RulePatterns = ReadonlyMap<string, RulePattern>;

// Two caches, since the patterns of calls must not push out those of the rules. What is pushed out of this one is only
// no longer shared: every expression holds its own patterns.
const ofRules = new LruCache<string, RulePattern>(4_096);
const ofCalls = new LruCache<string, ReadyPattern>(4);

const NO_PATTERNS: RulePatterns = new Map();

// Module-global, since evaluation is synchronous and never nests.
let ofExpression = NO_PATTERNS;

/** Sets the patterns of the expression that is evaluated next. */
export function usePatterns(patterns: RulePatterns): void {
  ofExpression = patterns;
}

/** Whether the text has a match of a pattern that stands in the rule. RE2: linear time, no back references. */
export function matchesRulePattern(text: string, pattern: string): boolean {
  const ready = ofExpression.get(pattern);
  // Only an expression that was never checked lacks one of its patterns.
  return ready === undefined ? matchesCallPattern(text, pattern) : test(ready, text);
}

/** The same for a pattern that is computed from the call. Throws a fault when it is no pattern. */
export function matchesCallPattern(text: string, pattern: string): boolean {
  if (pattern.length > MAX_PATTERN_LENGTH) throw fault('evaluation-failed', 'the pattern is too long');
  const weight = patternWeight(pattern);
  if (weight > MAX_CALL_PATTERN_WEIGHT) throw fault('evaluation-failed', 'the pattern is too large');
  charge(COMPILE_STEPS + COMPILE_STEPS_PER_WEIGHT * weight);
  return test(ofCalls.get(pattern, callPattern), text);
}

/** Compiles a pattern that stands in an expression and adds it to the others. Says why, if it is refused. */
export function addPattern(patterns: Map<string, RulePattern>, pattern: string): string | undefined {
  if (patterns.has(pattern)) return undefined;
  if (pattern.length > MAX_PATTERN_LENGTH) return `it is longer than ${MAX_PATTERN_LENGTH} characters`;
  if (patternWeight(pattern) > MAX_RULE_PATTERN_WEIGHT) return 'its repeats and classes make it too large';
  if (weightOf(patterns) > MAX_EXPRESSION_PATTERNS_WEIGHT) {
    return 'the patterns before it in the expression are too large together';
  }
  try {
    patterns.set(pattern, ofRules.get(pattern, rulePattern));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'it is no RE2 pattern';
  }
}

/** What compiling the patterns of an expression takes, in microseconds or so. */
export function weightOf(patterns: RulePatterns): number {
  return Array.from(patterns.values()).reduce((sum, { weight }) => sum + weight, 0);
}

function test({ regex, isWhole, stepsPerUnit }: ReadyPattern, text: string): boolean {
  charge(Math.ceil(text.length * stepsPerUnit));
  return isWhole ? regex.test(text) : testAfresh(regex, text);
}

function rulePattern(pattern: string): RulePattern {
  const regex = compilePattern(pattern);
  const { isWhole, work } = buildWhole(regex);
  const weight = patternWeight(pattern) + Math.ceil(work / BUILDING_WORK_PER_WEIGHT);
  return { ...ready(regex, isWhole), weight };
}

function callPattern(pattern: string): ReadyPattern {
  try {
    return ready(compilePattern(pattern), false);
  } catch {
    throw fault('evaluation-failed', 'the pattern is no RE2 pattern');
  }
}

function ready(regex: RE2JS, isWhole: boolean): ReadyPattern {
  if (!isWhole) chargeGrowth(regex);
  const searches = plainSearches(regex);
  const searching =
    searches === 0
      ? 0
      : searches / SEARCHED_UNITS_PER_STEP + regex.pattern().length / COMPARED_PAIRS_PER_STEP;
  return { regex, isWhole, stepsPerUnit: 1 / UNITS_PER_STEP + searching };
}
