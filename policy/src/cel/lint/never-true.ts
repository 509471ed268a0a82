import { childrenOf, type CallNode, type LiteralNode, type Node } from '../syntax-tree.js';
import { evaluateOutcomes } from './evaluate-outcomes.js';
import { ANY_VALUE, FAILURE, FALSE, has, TRUE, type Outcomes } from './outcomes.js';

/** What is known of the calls that an expression is evaluated on. */
export interface KnownCall {
  readonly registry: string;
  /** Empty: any. */
  readonly tools: ReadonlySet<string>;
}

/** Evaluates an expression that reads nothing. */
export type EvaluateConstant = (node: Node) => Outcomes;

/** Whether an expression is certain never to be true. It may still fail. */
export function isNeverTrue(root: Node, call: KnownCall, evaluateConstant: EvaluateConstant): boolean {
  const outcomes = evaluateOutcomes(root, (node, locals) => {
    if (node.kind === 'literal') return undefined;
    if (isConstant(node)) return evaluateConstant(node);
    if (node.kind === 'call' && node.name === '_&&_') return contradicts(node) ? FALSE | FAILURE : undefined;
    if (locals.has('tool')) return undefined;
    return comparedName(node, call) ?? (childrenOf(node).length === 0 ? ANY_VALUE | FAILURE : undefined);
  });
  return !has(outcomes, TRUE);
}

/** It reads nothing, not even the variable of a macro around it. */
function isConstant(node: Node): boolean {
  return node.kind !== 'ident' && node.kind !== 'loop' && childrenOf(node).every(isConstantPart);
}

function isConstantPart(node: Node): boolean {
  return node.kind === 'literal' || isConstant(node);
}

/** `tool.name == "x"` where the policy is about other tools; `tool.registry` likewise. */
function comparedName(node: Node, { registry, tools }: KnownCall): Outcomes | undefined {
  if (node.kind !== 'call' || node.args.length !== 2) return undefined;
  const [left, right] = node.args;
  if (left === undefined || right === undefined) return undefined;
  const field = toolField(left) ?? toolField(right);
  const others = toolField(left) === undefined ? left : right;
  const names = field === 'registry' ? new Set([registry]) : field === 'name' ? tools : new Set<string>();
  const texts = node.name === '@in' ? listTexts(right) : literalText(others);
  if (names.size === 0 || texts === undefined) return undefined;
  const hits = [...names].filter((name) => texts.includes(name)).length;
  const equal = (hits > 0 ? TRUE : 0) | (hits < names.size ? FALSE : 0);
  if (node.name === '_==_' || node.name === '@in') return equal;
  return node.name === '_!=_' ? (hits > 0 ? FALSE : 0) | (hits < names.size ? TRUE : 0) : undefined;
}

function toolField(node: Node): string | undefined {
  if (node.kind !== 'select' || node.testOnly || node.operand.kind !== 'ident') return undefined;
  return node.operand.name === 'tool' ? node.field : undefined;
}

function literalText(node: Node): readonly string[] | undefined {
  return node.kind === 'literal' && typeof node.value === 'string' ? [node.value] : undefined;
}

function listTexts(node: Node): readonly string[] | undefined {
  if (node.kind !== 'list') return undefined;
  const texts = node.elements.map(literalText);
  return texts.every((text) => text !== undefined) ? texts.flat() : undefined;
}

/** Kinds of literals whose values are the same if `===` says so. */
const COMPARABLE: ReadonlySet<string> = new Set(['bool', 'int', 'uint', 'double', 'string']);

/** Two operands of one chain of `&&` say of one thing that it equals two different texts, numbers or bools. */
function contradicts(chain: CallNode): boolean {
  const said = new Map<string, LiteralNode>();
  return operandsOf(chain).some((operand) => {
    const equation = equationOf(operand);
    if (equation === undefined || !COMPARABLE.has(equation.literal.literal)) return false;
    const key = nodeText(equation.subject);
    const before = said.get(key);
    said.set(key, equation.literal);
    return before?.literal === equation.literal.literal && before.value !== equation.literal.value;
  });
}

function operandsOf(node: Node): readonly Node[] {
  return node.kind === 'call' && node.name === '_&&_' ? node.args.flatMap(operandsOf) : [node];
}

function equationOf(node: Node): { readonly subject: Node; readonly literal: LiteralNode } | undefined {
  if (node.kind !== 'call' || node.name !== '_==_') return undefined;
  const [left, right] = node.args;
  if (left === undefined || right === undefined) return undefined;
  if (right.kind === 'literal' && left.kind !== 'literal') return { subject: left, literal: right };
  return left.kind === 'literal' && right.kind !== 'literal' ? { subject: right, literal: left } : undefined;
}

/** The same for the same expression, wherever it stands. */
function nodeText(node: Node): string {
  return `${headText(node)}(${childrenOf(node).map(nodeText).join(',')})`;
}

function headText(node: Node): string {
  switch (node.kind) {
    case 'literal':
      return `${node.literal} ${JSON.stringify(String(node.value))}`;
    case 'ident':
    case 'message':
      return `${node.kind} ${node.name}`;
    case 'select':
      return `${node.testOnly ? 'has' : 'select'} ${node.field}`;
    case 'call':
      return `${node.target === undefined ? 'call' : 'method'} ${node.name}`;
    case 'loop':
      return `${node.macro} ${node.variable}`;
    case 'list':
    case 'map':
      return node.kind;
  }
}
