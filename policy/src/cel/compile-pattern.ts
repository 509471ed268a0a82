import { RE2JS } from 're2js';

/** Up to so many choices, making a one-pass program takes no longer than the rest of it. */
const MAX_ONE_PASS_CHOICES = 4;

/** An alternative that matches nothing. */
const NEVER = '\\z.|';

/**
 * Compiles a pattern in time that its weight bounds. Throws when it is no RE2 pattern.
 *
 * Of an anchored pattern re2js makes a one-pass program where it can, and the time for that grows with the cube of the
 * choices in it: 0.2 s for 250 optional characters. It does not try where the anchor is not what every match starts with.
 */
export function compilePattern(pattern: string): RE2JS {
  const choices = pattern.match(/[?*|{]/g)?.length ?? 0;
  if (choices <= MAX_ONE_PASS_CHOICES || !/\^|\\A/.test(pattern)) return RE2JS.compile(pattern);
  try {
    return RE2JS.compile(NEVER + pattern);
  } catch {
    // Fails just so, and the error shows the pattern as its author wrote it.
    return RE2JS.compile(pattern);
  }
}
