import type { CallNode, IdentNode, LiteralNode, Node, SelectNode } from '../syntax-tree.js';

/** A field that an expression names of a variable: `a.f`, `has(a.f)`, `a["f"]`, `"f" in a`. */
export interface NamedField {
  readonly owner: IdentNode;
  readonly field: string;
  /** Where the field's name stands, or the dot before it; in `has()` the variable, since the parser keeps no more. */
  readonly place: Node;
}

export function namedField(node: SelectNode | CallNode): NamedField | undefined {
  if (node.kind === 'select') {
    const { operand, field } = node;
    if (operand.kind !== 'ident') return undefined;
    return { owner: operand, field, place: node.testOnly ? operand : node };
  }
  const [first, second] = node.args;
  if (node.name === '_[_]') return pair(first, second);
  return node.name === '@in' ? pair(second, first) : undefined;
}

function pair(owner: Node | undefined, key: Node | undefined): NamedField | undefined {
  if (owner?.kind !== 'ident' || !isTextLiteral(key)) return undefined;
  return { owner, field: key.value, place: key };
}

function isTextLiteral(node: Node | undefined): node is LiteralNode & { readonly value: string } {
  return node?.kind === 'literal' && typeof node.value === 'string';
}
