import type { Problem } from '@omnia-policy/policy';
import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import { pathFromRoot } from './expand-list.js';
import { positionInScalar } from './position-in-scalar.js';
import type { TextPosition, YamlDocument } from './yaml-text.js';

/**
 * Gives a problem the line and column of the offending place in its file. A position that the problem carries is
 * taken as one inside the text at its path (a CEL expression).
 */
export function locateProblem(document: YamlDocument, problem: Problem): Problem {
  const found = findNode(document, pathFromRoot(document, problem.path));
  const { line, column } = positionIn(document, found, problem);
  return { ...problem, line, column };
}

/** How far a path could be followed: the last key on the way and the node under it. */
interface Found {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
  readonly whole: boolean;
}

function positionIn(document: YamlDocument, { key, value, whole }: Found, problem: Problem): TextPosition {
  const start = (node: Node | undefined): TextPosition =>
    document.file.positionOf(node?.range?.[0] ?? document.tree.contents?.range[0] ?? document.tree.range[0]);
  // What is missing, or should not be there at all, is shown at the key; what has a wrong value, at the value.
  if (!whole || problem.code === 'unknown-field') return start(key ?? value);
  if (problem.line !== undefined && isScalar(value)) {
    const exact = positionInScalar(document.file, value, { line: problem.line, column: problem.column ?? 1 });
    if (exact !== undefined) return exact;
  }
  const isEmpty = value?.range !== undefined && value.range !== null && value.range[0] === value.range[1];
  return start(value === undefined || isEmpty ? (key ?? value) : value);
}

/** Follows `spec.rules[0].deny.cel`. A key that holds dots itself is found as the longest one that fits. */
function findNode(document: YamlDocument, path: string): Found {
  let rest = path;
  let key: Node | undefined;
  let value: Node | undefined = document.tree.contents ?? undefined;
  while (rest !== '') {
    const step = stepInto(document, value, rest);
    if (step === undefined) return { key, value, whole: false };
    key = step.key ?? step.value;
    value = step.value;
    rest = step.rest;
  }
  return { key, value, whole: true };
}

interface Step {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
  readonly rest: string;
}

function stepInto(document: YamlDocument, from: Node | undefined, rest: string): Step | undefined {
  const node = isAlias(from) ? from.resolve(document.tree) : from;
  const index = /^\[(\d+)\]\.?/.exec(rest);
  if (index !== null && isSeq<Node>(node)) {
    const value = node.items[Number(index[1])];
    return value && { key: undefined, value, rest: rest.slice(index[0].length) };
  }
  if (!isMap<Node, Node | null>(node)) return undefined;
  let longest: Step | undefined;
  for (const { key, value } of node.items) {
    const after = restAfterKey(isScalar(key) ? String(key.value) : '', rest);
    if (after === undefined || (longest !== undefined && longest.rest.length <= after.length)) continue;
    longest = { key, value: value ?? undefined, rest: after };
  }
  return longest;
}

/** Keys are written plain (`spec.rules`) or, where they hold other characters, as `["a key"]`. */
function restAfterKey(key: string, rest: string): string | undefined {
  for (const spelling of [key, `[${JSON.stringify(key)}]`]) {
    if (key === '' || !rest.startsWith(spelling)) continue;
    const after = rest.slice(spelling.length);
    if (after === '' || after.startsWith('[')) return after;
    if (after.startsWith('.')) return after.slice(1);
  }
  return undefined;
}
