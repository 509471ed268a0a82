import type { ExpressionProblem } from './expression.js';
import { positionAt, type Position } from './position.js';
import { childrenOf, type Node } from './syntax-tree.js';
import { tokensOf } from './tokens.js';

/** How large an expression may be. Sizes count syntax nodes after macros are expanded. */
export interface AdmissionLimits {
  readonly maxBytes: number;
  readonly maxNodes: number;
  readonly maxDepth: number;
  /** Macros that loop inside the loop of another. */
  readonly maxNestedMacros: number;
}

export const ADMISSION_LIMITS: AdmissionLimits = {
  maxBytes: 4096,
  maxNodes: 1000,
  maxDepth: 64,
  maxNestedMacros: 2,
};

/** Refuses a text before it is parsed. */
export function textProblem(text: string, limits: AdmissionLimits): ExpressionProblem | undefined {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > limits.maxBytes) {
    return {
      message: `the expression has ${bytes} bytes; at most ${limits.maxBytes} are allowed`,
      line: 1,
      column: 1,
    };
  }
  if (text.trim() === '') return { message: 'the expression is empty', line: 1, column: 1 };
  return nestingProblem(text, limits);
}

/** Brackets and conditions that are nested too deeply for the parser, even those that leave nothing in the tree. */
function nestingProblem(text: string, { maxDepth }: AdmissionLimits): ExpressionProblem | undefined {
  const outer: number[] = [];
  let depth = 0;
  for (const { kind, text: token, offset } of tokensOf(text)) {
    if (kind !== 'symbol') continue;
    if ('([{'.includes(token)) outer.push(depth);
    if ('([{?'.includes(token)) depth++;
    if (')]}'.includes(token)) depth = outer.pop() ?? 0;
    if (token === ',') depth = (outer.at(-1) ?? -1) + 1;
    if (depth > maxDepth) return tooLarge(`it is nested deeper than ${maxDepth}`, positionAt(text, offset));
  }
  return undefined;
}

function tooLarge(reason: string, place: Position): ExpressionProblem {
  return { message: `the expression is too large: ${reason}`, ...place };
}

/** Refuses a tree that is too large to check and evaluate. Names the first place that goes over a limit. */
export function treeProblem(
  text: string,
  root: Node,
  limits: AdmissionLimits,
): ExpressionProblem | undefined {
  let nodes = 0;

  function visit(node: Node, depth: number, macros: number): { node: Node; message: string } | undefined {
    nodes++;
    if (nodes > limits.maxNodes) return { node, message: `it has more than ${limits.maxNodes} parts` };
    if (depth > limits.maxDepth) return { node, message: `it is nested deeper than ${limits.maxDepth}` };
    if (node.kind !== 'loop') return firstOf(childrenOf(node), (child) => visit(child, depth + 1, macros));
    if (macros >= limits.maxNestedMacros) {
      return { node, message: `more than ${limits.maxNestedMacros} macros are nested` };
    }
    const once = firstOf([node.range, node.initial, node.result], (child) => visit(child, depth + 1, macros));
    return once ?? firstOf([node.condition, node.step], (child) => visit(child, depth + 1, macros + 1));
  }

  const excess = visit(root, 1, 0);
  if (excess === undefined) return undefined;
  return tooLarge(excess.message, positionAt(text, excess.node.offset));
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
