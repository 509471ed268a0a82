import { readingWork } from './reading-work.js';

/** A class such as `\pL` holds up to 762 ranges, which every copy of it looks at. */
const UNICODE_CLASS = 40;

const PIECE = new RegExp(
  [
    /\\Q(?<quoted>[\s\S]*?)(?:\\E|$)/,
    /(?<unicode>\\[pP](?:\{[^}]*\}?|[\s\S]))/,
    /\\[\s\S]/,
    /(?<set>\[\^?\]?(?:\\[\s\S]|\[:\^?\w*:\]|[^\]\\])*\]?)/,
    /\{(?<least>\d+)(?<range>,(?<most>\d*))?\}/,
    /[\s\S]/,
  ]
    .map((piece) => piece.source)
    .join('|'),
  'g',
);

/** A group that is being read: what it weighs so far, and what its last piece does, which a repeat multiplies. */
interface Group {
  total: number;
  last: number;
}

/**
 * An upper bound of what compiling a pattern takes, told from its text: compiling itself takes up to half a second for
 * 512 hostile characters. One is about a microsecond, as for one instruction.
 */
export function patternWeight(pattern: string): number {
  return readingWork(pattern) + writtenSize(pattern);
}

/** An upper bound of the instructions that a pattern is compiled to, its repeats written out. */
function writtenSize(pattern: string): number {
  const outer: Group[] = [];
  let group: Group = { total: 0, last: 0 };
  for (const { 0: text, groups = {} } of pattern.matchAll(PIECE)) {
    if (text === '(') {
      outer.push(group);
      group = { total: 0, last: 0 };
      continue;
    }
    if (groups.least !== undefined) {
      repeat(group, timesOf(groups));
      continue;
    }
    let weight = pieceWeight(groups);
    if (text === ')') {
      weight += group.total + 2;
      group = outer.pop() ?? { total: 0, last: 0 };
    }
    group.total += weight;
    group.last = weight;
  }
  return outer.reduce((sum, { total }) => sum + total, group.total);
}

type Pieces = Readonly<Record<string, string | undefined>>;

function pieceWeight({ quoted, unicode, set }: Pieces): number {
  if (quoted !== undefined) return quoted.length + 1;
  if (unicode !== undefined) return UNICODE_CLASS;
  if (set !== undefined) return set.length + (set.match(/\\[pP]/g)?.length ?? 0) * UNICODE_CLASS;
  return 2;
}

/** How often `{n}`, `{n,}` or `{n,m}` writes its piece out. */
function timesOf({ least, range, most }: Pieces): number {
  if (range === undefined) return Number(least);
  return most === '' || most === undefined ? Number(least) + 1 : Number(most);
}

function repeat(group: Group, times: number): void {
  const repeated = (group.last + 1) * Math.max(times, 1);
  group.total += repeated - group.last;
  group.last = repeated;
}
