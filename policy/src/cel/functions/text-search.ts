import { celList, type CelInput, type CelList, type CelValue } from '@bufbuild/cel';
import { charge, chargeNewText, chargeSearch, chargeText } from '../budget.js';
import { fault, noSuchOverload } from '../fault.js';
import { codePointCount, codePointIndex, unitOffset } from '../values/code-points.js';
import { indexOutOfRange, intArgument, listArgument, textArgument } from './arguments.js';
import { define, type Implementation } from './function-definition.js';

function indexOf(whole: CelValue, part: CelValue, from?: CelValue): CelInput {
  const text = textArgument(whole, 'indexOf()');
  const wanted = textArgument(part, 'indexOf()');
  const start = from === undefined ? 0 : intArgument(from, 'indexOf()');
  if (wanted === '') return BigInt(start);
  if (start < 0) throw indexOutOfRange('indexOf()');
  const offset = unitOffset(text, start);
  chargeSearch(text.length, wanted.length);
  const found = offset === undefined ? -1 : text.indexOf(wanted, offset);
  return found === -1 ? -1n : BigInt(codePointIndex(text, found));
}

function lastIndexOf(whole: CelValue, part: CelValue, from?: CelValue): CelInput {
  const text = textArgument(whole, 'lastIndexOf()');
  const wanted = textArgument(part, 'lastIndexOf()');
  const size = codePointCount(text);
  const start = from === undefined ? size : intArgument(from, 'lastIndexOf()');
  if (wanted === '') return BigInt(start);
  if (start < 0) throw indexOutOfRange('lastIndexOf()');
  if (from !== undefined && start >= size) return -1n;
  chargeSearch(text.length, wanted.length);
  const found = text.lastIndexOf(wanted, unitOffset(text, start) ?? text.length);
  return found === -1 ? -1n : BigInt(codePointIndex(text, found));
}

/** How many matches that do not overlap `whole` has; one between all code points for an empty part. Pays for each. */
function countMatches(whole: string, part: string): number {
  let count = 0;
  if (part === '') {
    count = codePointCount(whole) + 1;
  } else {
    chargeSearch(whole.length, part.length);
    for (let at = whole.indexOf(part); at !== -1; at = whole.indexOf(part, at + part.length)) count++;
  }
  charge(count);
  return count;
}

function replace(args: readonly [CelValue, CelValue, CelValue], times: number): CelInput {
  const [text, part, put] = args.map((value) => textArgument(value, 'replace()')) as [string, string, string];
  const matches = countMatches(text, part);
  const count = times < 0 ? matches : Math.min(matches, times);
  chargeNewText(text.length + count * (put.length - part.length));
  if (count === 0) return text;
  const pieces = part === '' ? ['', ...Array.from(text), ''] : text.split(part);
  const head = pieces.slice(0, count + 1);
  const rest = pieces.slice(count + 1);
  // Beyond the count, the old part stays between the pieces.
  return [head.join(put), ...rest].join(part);
}

function split(whole: CelValue, separator: CelValue, most?: CelValue): CelInput {
  const text = textArgument(whole, 'split()');
  const part = textArgument(separator, 'split()');
  const limit = most === undefined ? -1 : intArgument(most, 'split()');
  if (limit === 0) return celList([]);
  countMatches(text, part); // for the charge
  const pieces = part === '' ? Array.from(text) : text.split(part);
  if (limit < 0 || pieces.length <= limit) return celList(pieces);
  return celList([...pieces.slice(0, limit - 1), pieces.slice(limit - 1).join(part)]);
}

function join(list: CelValue, separator: CelValue): CelInput {
  const texts = textsOf(listArgument(list, 'join()'));
  const between = textArgument(separator, 'join()');
  chargeNewText(
    texts.reduce((sum, text) => sum + text.length, between.length * Math.max(texts.length - 1, 0)),
  );
  return texts.join(between);
}

function textsOf(list: CelList): readonly string[] {
  charge(list.size);
  return Array.from(list, (element) => {
    if (typeof element !== 'string') throw noSuchOverload('join()');
    return element;
  });
}

function charAt(whole: CelValue, index: CelValue): CelInput {
  const text = textArgument(whole, 'charAt()');
  const offset = unitOffset(text, intArgument(index, 'charAt()'));
  if (offset === undefined) throw indexOutOfRange('charAt()');
  const codePoint = text.codePointAt(offset);
  return codePoint === undefined ? '' : String.fromCodePoint(codePoint);
}

function substring(whole: CelValue, start: CelValue, end?: CelValue): CelInput {
  const text = textArgument(whole, 'substring()');
  const first = intArgument(start, 'substring()');
  const from = unitOffset(text, first);
  const to = end === undefined ? text.length : unitOffset(text, intArgument(end, 'substring()'));
  if (from === undefined || to === undefined) throw indexOutOfRange('substring()');
  if (from > to) throw fault('evaluation-failed', 'substring(): the start is behind the end');
  chargeText(to - from);
  return text.slice(from, to);
}

type Optional = (one: CelValue, two: CelValue, three?: CelValue) => CelInput;

/** A function whose last argument may be left out, as its two implementations. */
function withOptional(run: Optional): readonly Implementation[] {
  return [
    (one: CelValue, two: CelValue) => run(one, two),
    (one: CelValue, two: CelValue, three: CelValue) => run(one, two, three),
  ];
}

/** The string extension: looking for parts of a text, taking it apart, putting it together. Indexes count code points. */
export const textSearchFunctions = [
  define('charAt', ['string.(int) -> string'], charAt),
  define('indexOf', ['string.(string) -> int', 'string.(string, int) -> int'], withOptional(indexOf)),
  define('lastIndexOf', ['string.(string) -> int', 'string.(string, int) -> int'], withOptional(lastIndexOf)),
  define(
    'replace',
    ['string.(string, string) -> string', 'string.(string, string, int) -> string'],
    [
      (whole: CelValue, old: CelValue, fresh: CelValue) => replace([whole, old, fresh], -1),
      // eslint-disable-next-line max-params -- the arguments are those of a CEL function
      (whole: CelValue, old: CelValue, fresh: CelValue, times: CelValue) =>
        replace([whole, old, fresh], intArgument(times, 'replace()')),
    ],
  ),
  define(
    'split',
    ['string.(string) -> list(string)', 'string.(string, int) -> list(string)'],
    withOptional(split),
  ),
  define(
    'join',
    ['list(string).() -> string', 'list(string).(string) -> string'],
    [(list: CelValue) => join(list, ''), join],
  ),
  define('substring', ['string.(int) -> string', 'string.(int, int) -> string'], withOptional(substring)),
];
