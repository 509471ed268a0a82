import type { ExpressionProblem } from '../expression.js';
import type { RulePatterns } from '../rule-patterns.js';
import type { CallNode, Node, SelectNode } from '../syntax-tree.js';
import type { Type } from './type.js';

/** What the checker learned of a tree. */
export interface CheckedTree {
  /** At most ten. A tree that has some must not run. */
  readonly problems: readonly ExpressionProblem[];
  readonly root: Node;
  /** How much work the types were; bounded by MAX_TYPE_OPERATIONS. */
  readonly typeOperations: number;
  readonly type: Type;
  /** Declared variables that the expression reads; a macro's own variable of the same name does not count. */
  readonly references: ReadonlySet<string>;
  /** The patterns that stand in the expression. */
  readonly patterns: RulePatterns;
  /** Selections that spell a qualified name (`google.protobuf.Timestamp`), with that name. */
  readonly qualifiedNames: ReadonlyMap<SelectNode, string>;
  /** Calls of a namespaced function (`strings.quote`), with its whole name. */
  readonly namespacedCalls: ReadonlyMap<CallNode, string>;
}
