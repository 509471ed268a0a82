import { compilePattern } from '../cel/compile-pattern.js';
import { patternWeight } from '../cel/pattern-weight.js';
import { MAX_PATTERN_LENGTH } from '../cel/pattern.js';

export const CUSTOM_PATTERN_MAX_LENGTH = MAX_PATTERN_LENGTH;

/** What the patterns of one policy may take to compile together, in microseconds or so. */
const MAX_WEIGHT = 250_000;

/** The regular expressions of one policy, checked one after the other, so that compiling them takes a bounded time. */
export class CustomPatterns {
  #weight = 0;

  /** Says why, if the pattern is refused. */
  add(regex: string): string | undefined {
    if (regex === '') return 'custom: needs a regular expression after it';
    this.#weight += patternWeight(regex);
    if (this.#weight > MAX_WEIGHT) {
      return 'the repeats and classes of this and the patterns before it make them too large';
    }
    try {
      return compilePattern(regex).test('')
        ? 'the pattern matches the empty text, which would stand everywhere: let it match at least one character'
        : undefined;
    } catch (error) {
      return `no RE2 pattern: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}
