/** Putting the up to 762 ranges of a class such as `\pL` in order. */
const UNICODE_CLASS = 130;
/** The same where (?i) adds the other cases of its characters. */
const FOLDED_UNICODE_CLASS = 210;
/** Looking up the other cases of the characters of `\w` or `[:alpha:]`. */
const FOLDED_CLASS = 12;
const FOLDED_CHARACTERS_PER_WEIGHT = 10;

/** The characters between which others have upper and lower case. */
const FIRST_CASED = 0x41;
const LAST_CASED = 0x1e943;
/** `\777`: no other escape of one letter or some digits stands for a later character. */
const LAST_ESCAPED = 0o777;

const UNICODE_CLASSES = /\\[pP]/g;
const CLASSES = /\\[dswDSW]|\[:/g;
/** The flag i anywhere in a group of flags, as in `(?s-i:`: which parts of the pattern it is on for does not matter. */
const FOLDS = /\(\?[a-zA-Z-]*i/;
/** Looks ahead, so that every `-` counts that might be the one between the two ends of a range. */
const RANGE_END =
  /-(?=\\x\{(?<hexadecimal>[0-9a-fA-F]+)\}|\\x(?<byte>[0-9a-fA-F]{2})|(?<escape>\\)|(?<plain>.))/gsu;

/**
 * An upper bound of what reading a pattern's classes and ranges takes, in microseconds. They are read once, whatever
 * repeats them. Under (?i), re2js looks up every character of a range, so one of four characters can take 4 ms.
 */
export function readingWork(pattern: string): number {
  const folds = FOLDS.test(pattern);
  const unicodeClasses = countOf(UNICODE_CLASSES, pattern) * (folds ? FOLDED_UNICODE_CLASS : UNICODE_CLASS);
  if (!folds) return unicodeClasses;
  return unicodeClasses + countOf(CLASSES, pattern) * FOLDED_CLASS + foldedRanges(pattern);
}

/** Takes a range to start at the first character that has case: where it does start is harder to tell. */
function foldedRanges(pattern: string): number {
  let characters = 0;
  for (const { groups = {} } of pattern.matchAll(RANGE_END)) {
    const end = Math.min(rangeEnd(groups), LAST_CASED);
    characters += Math.max(end - FIRST_CASED + 1, 0);
  }
  return Math.ceil(characters / FOLDED_CHARACTERS_PER_WEIGHT);
}

function rangeEnd({ hexadecimal, byte, plain }: Readonly<Record<string, string | undefined>>): number {
  const digits = hexadecimal ?? byte;
  if (digits !== undefined) return Number.parseInt(digits, 16);
  return plain?.codePointAt(0) ?? LAST_ESCAPED;
}

function countOf(wanted: RegExp, text: string): number {
  return text.match(wanted)?.length ?? 0;
}
