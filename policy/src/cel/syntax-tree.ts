import type { Constant } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';

/** The syntax tree as the checker and the rewriter read it. `offset` counts UTF-16 units of the text. */
export type Node =
  LiteralNode | IdentNode | SelectNode | CallNode | ListNode | MapNode | MessageNode | LoopNode;

interface Placed {
  readonly offset: number;
}

export type LiteralKind = 'null' | 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes';

export interface LiteralNode extends Placed {
  readonly kind: 'literal';
  readonly literal: LiteralKind;
  readonly value: unknown;
  readonly constant: Constant;
}

export interface IdentNode extends Placed {
  readonly kind: 'ident';
  readonly name: string;
}

export interface SelectNode extends Placed {
  readonly kind: 'select';
  readonly operand: Node;
  readonly field: string;
  /** `has(operand.field)`. */
  readonly testOnly: boolean;
}

export interface CallNode extends Placed {
  readonly kind: 'call';
  readonly name: string;
  readonly target?: Node;
  readonly args: readonly Node[];
}

export interface ListNode extends Placed {
  readonly kind: 'list';
  readonly elements: readonly Node[];
}

export interface MapNode extends Placed {
  readonly kind: 'map';
  readonly keys: readonly Node[];
  readonly values: readonly Node[];
}

export interface MessageNode extends Placed {
  readonly kind: 'message';
  readonly name: string;
}

/** An expanded macro: `range.macro(variable, …)`. */
export interface LoopNode extends Placed {
  readonly kind: 'loop';
  readonly macro: string;
  readonly variable: string;
  readonly accumulator: string;
  readonly range: Node;
  readonly initial: Node;
  readonly condition: Node;
  readonly step: Node;
  readonly result: Node;
}

/** Children in the order in which a reader meets them. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'literal':
    case 'ident':
    case 'message':
      return [];
    case 'select':
      return [node.operand];
    case 'call':
      return node.target === undefined ? node.args : [node.target, ...node.args];
    case 'list':
      return node.elements;
    case 'map':
      return [...node.keys, ...node.values];
    case 'loop':
      return [node.range, node.initial, node.condition, node.step, node.result];
  }
}

export function countNodes(node: Node): number {
  return childrenOf(node).reduce((sum, child) => sum + countNodes(child), 1);
}
