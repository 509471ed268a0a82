import type { CelInput, CelValue } from '@bufbuild/cel';
import { chargeText, chargeTextChange } from '../budget.js';
import { listArgument, textArgument } from './arguments.js';
import { define } from './function-definition.js';
import { formatText } from './text-format.js';

/** Unicode White_Space: what JavaScript trims, with U+0085 and without U+FEFF. */
const EDGES = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['"', '\\"'],
  ['\\', '\\\\'],
]);

function target(value: CelValue, functionName: string): string {
  const text = textArgument(value, functionName);
  chargeTextChange(text.length);
  return text;
}

/** What `change` does to ASCII letters; a text of nothing but ASCII is changed at once, and costs less. */
function changeAscii(text: string, letters: RegExp, change: (letters: string) => string): string {
  chargeText(text.length);

  if (/^[\0-\x7f]*$/.test(text)) return change(text);
  chargeTextChange(text.length);
  return text.replace(letters, change);
}

function isSpace(unit: string): boolean {
  return EDGES.test(unit);
}

function trim(value: CelValue): CelInput {
  const text = target(value, 'trim()');
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charAt(start))) start++;
  while (end > start && isSpace(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

function quote(value: CelValue): CelInput {
  const text = target(value, 'strings.quote()');
  chargeTextChange(text.length); // it is read twice
  // eslint-disable-next-line no-control-regex -- control characters are what is escaped
  const escaped = text.replace(/[\u0007-\r"\\]/g, (unit) => ESCAPES.get(unit) ?? unit);
  // A lone surrogate is no text: it becomes the replacement character.
  return `"${escaped.replace(/\p{Surrogate}/gu, '\ufffd')}"`;
}

/** The string extension: texts made from one text. */
export const textChangeFunctions = [
  define('lowerAscii', ['string.() -> string'], (value) =>
    changeAscii(textArgument(value, 'lowerAscii()'), /[A-Z]+/g, (letters) => letters.toLowerCase()),
  ),
  define('upperAscii', ['string.() -> string'], (value) =>
    changeAscii(textArgument(value, 'upperAscii()'), /[a-z]+/g, (letters) => letters.toUpperCase()),
  ),
  define('reverse', ['string.() -> string'], (value) =>
    Array.from(target(value, 'reverse()')).reverse().join(''),
  ),
  define('trim', ['string.() -> string'], trim),
  define('strings.quote', ['(string) -> string'], quote),
  define('format', ['string.(list(dyn)) -> string'], (value, args) =>
    formatText(target(value, 'format()'), listArgument(args, 'format()')),
  ),
];
