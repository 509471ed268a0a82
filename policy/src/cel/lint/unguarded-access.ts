import { childrenOf, type Node } from '../syntax-tree.js';
import { bodyAccess, guardText, pathText, startsWith, type BodyPath } from './body-path.js';
import { evaluateOutcomes } from './evaluate-outcomes.js';
import { ANY_VALUE, FAILURE, FALSE, has } from './outcomes.js';

export interface UnguardedAccess {
  /** As an expression has it: `body.customer.id`. */
  readonly path: string;
  /** An expression that is true where the field is there. */
  readonly guard: string;
  /** Where it is read. */
  readonly offset: number;
}

/**
 * Fields of the body whose absence makes an expression fail, though everything else is as it should be. `has(body.x)` on
 * the other side of `&&`, `||` or `?:` guards `body.x`.
 */
export function unguardedAccesses(root: Node): readonly UnguardedAccess[] {
  const found = new Map<string, { path: BodyPath; offset: number }>();
  for (const access of readsOf(root, new Set())) {
    for (const length of access.path.keys()) {
      const path = access.path.slice(0, length + 1);
      const text = pathText(path);
      if (found.has(text) || !failsWithout(root, path)) continue;
      found.set(text, { path, offset: access.offset });
      break;
    }
  }
  return [...found].map(([text, { path, offset }]) => ({ path: text, guard: guardText(path), offset }));
}

function failsWithout(root: Node, missing: BodyPath): boolean {
  const outcomes = evaluateOutcomes(root, (node, locals) => {
    const access = bodyAccess(node, locals);
    if (access === undefined) return undefined;
    const { kind, path } = access;
    const needed = kind === 'test' ? path.slice(0, -1) : path;
    if (startsWith(needed, missing)) return FAILURE;
    return kind === 'test' && startsWith(path, missing) ? FALSE : ANY_VALUE;
  });
  return has(outcomes, FAILURE);
}

function readsOf(node: Node, locals: ReadonlySet<string>): { path: BodyPath; offset: number }[] {
  const access = bodyAccess(node, locals);
  if (access?.kind === 'read') return [{ path: access.path, offset: startOf(node) }];
  if (access?.kind === 'test' && access.path.length > 1) {
    return [{ path: access.path.slice(0, -1), offset: startOf(node) }];
  }
  const inside = node.kind === 'loop' ? new Set([...locals, node.variable, node.accumulator]) : locals;
  return childrenOf(node).flatMap((child) =>
    readsOf(child, node.kind === 'loop' && child === node.range ? locals : inside),
  );
}

/** The parser places a selection at its dot. */
function startOf(node: Node): number {
  const [first] = childrenOf(node);
  return first === undefined ? node.offset : Math.min(node.offset, startOf(first));
}
