/** One `%` clause of a format text, or the plain text between two. */
export type FormatPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'clause'; readonly verb: FormatVerb; readonly precision: number };

export type FormatVerb = 's' | 'd' | 'f' | 'e' | 'b' | 'o' | 'x' | 'X';

const DEFAULT_PRECISION = 6;
const MAX_PRECISION = 100;
const VERBS = 'sdfeboxX';

/** Reads a format text; a string says what is wrong with it. */
export function parseFormat(format: string): readonly FormatPart[] | string {
  const parts: FormatPart[] = [];
  let rest = format;
  while (rest !== '') {
    const percent = rest.indexOf('%');
    if (percent !== 0) {
      const text = percent === -1 ? rest : rest.slice(0, percent);
      parts.push({ kind: 'text', text });
      rest = rest.slice(text.length);
      continue;
    }
    const match = /^%(?:%|(?:\.(\d+))?(.))/su.exec(rest);
    if (match === null) return 'the text ends after %';
    const [clause, precision, verb] = match;
    rest = rest.slice(clause.length);
    if (verb === undefined) {
      parts.push({ kind: 'text', text: '%' });
    } else if (!isVerb(verb)) {
      return `%${verb} is no clause; the clauses are %s %d %f %e %b %o %x %X`;
    } else if (Number(precision ?? 0) > MAX_PRECISION) {
      return `the precision ${precision ?? ''} is over ${MAX_PRECISION}`;
    } else {
      parts.push({ kind: 'clause', verb, precision: Number(precision ?? DEFAULT_PRECISION) });
    }
  }
  return parts;
}

function isVerb(letter: string): letter is FormatVerb {
  return VERBS.includes(letter);
}
