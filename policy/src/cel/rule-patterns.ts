import { buildWhole } from './automaton.js';
import { currentBuildingBudget } from './building-budget.js';
import { compilePattern } from './compile-pattern.js';
import { MAX_PATTERN_LENGTH, matchesCallPattern, ready, test, type ReadyPattern } from './pattern.js';
import { patternWeight } from './pattern-weight.js';
import { LruCache } from './values/lru-cache.js';

/** Largest {@link patternWeight} of a pattern that stands in a rule. */
export const MAX_RULE_PATTERN_WEIGHT = 50_000;

/** What the patterns of one expression may weigh together before another is refused, some 0.2 s. */
export const MAX_EXPRESSION_PATTERNS_WEIGHT = 250_000;

const BUILDING_WORK_PER_WEIGHT = 15;

interface RulePattern extends ReadyPattern {
  /** What building its automaton took, in parts of its states. */
  readonly buildingWork: number;
}

// What is pushed out is only no longer shared: every expression holds its own patterns.
const shared = new LruCache<string, RulePattern>(4_096);
const sharedUnbuilt = new LruCache<string, RulePattern>(4_096);

/** The patterns that stand in one expression. They live as long as it does, so none is compiled during a call. */
export class RulePatterns {
  readonly #ready = new Map<string, RulePattern>();
  readonly #building = currentBuildingBudget();
  #weight = 0;

  /** What compiling all that were added takes, whether they are shared or not, in microseconds or so. */
  get weight(): number {
    return this.#weight;
  }

  get(pattern: string): ReadyPattern | undefined {
    return this.#ready.get(pattern);
  }

  /** Compiles a pattern. Says why, if it is refused. */
  add(pattern: string): string | undefined {
    if (this.#ready.has(pattern)) return undefined;
    if (pattern.length > MAX_PATTERN_LENGTH) return `it is longer than ${MAX_PATTERN_LENGTH} characters`;
    const weight = patternWeight(pattern);
    if (weight > MAX_RULE_PATTERN_WEIGHT) return 'its repeats and classes make it too large';
    if (this.#weight > MAX_EXPRESSION_PATTERNS_WEIGHT) {
      return 'the patterns before it in the expression are too large together';
    }
    this.#weight += weight;
    try {
      const compiled = this.#building.isSpent
        ? sharedUnbuilt.get(pattern, compileUnbuilt)
        : shared.get(pattern, compile);
      this.#weight += Math.ceil(compiled.buildingWork / BUILDING_WORK_PER_WEIGHT);
      if (compiled.isWhole) this.#building.spend(compiled.buildingWork);
      this.#ready.set(pattern, compiled);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : 'it is no RE2 pattern';
    }
  }
}

function compile(pattern: string): RulePattern {
  const regex = compilePattern(pattern);
  const { isWhole, work } = buildWhole(regex);
  return { ...ready(regex, isWhole), buildingWork: work };
}

function compileUnbuilt(pattern: string): RulePattern {
  return { ...ready(compilePattern(pattern), false), buildingWork: 0 };
}

// Module-global, since evaluation is synchronous and never nests.
let ofExpression = new RulePatterns();

/** Sets the patterns of the expression that is evaluated next. */
export function usePatterns(patterns: RulePatterns): void {
  ofExpression = patterns;
}

/** Whether the text has a match of a pattern that stands in the expression that is evaluated. */
export function matchesRulePattern(text: string, pattern: string): boolean {
  const known = ofExpression.get(pattern);
  // Only an expression that never passed the checker lacks one of its patterns.
  return known === undefined ? matchesCallPattern(text, pattern) : test(known, text);
}
