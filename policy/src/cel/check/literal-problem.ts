import { parseFormat } from '../functions/format-clause.js';
import { MAX_INT, MAX_UINT, MIN_INT } from '../functions/number-range.js';
import type { RulePatterns } from '../rule-patterns.js';
import type { CallNode, LiteralNode, Node } from '../syntax-tree.js';
import { describeTypeWithArticle, type Type } from './type.js';

/** A number that the parser reads although no CEL value holds it. */
export function numberProblem(node: LiteralNode): string | undefined {
  const { value } = node;
  if (node.literal === 'int' && typeof value === 'bigint' && (value > MAX_INT || value < MIN_INT)) {
    return 'the number does not fit into an int (64 bits)';
  }
  if (node.literal === 'uint' && typeof value === 'bigint' && value > MAX_UINT) {
    return 'the number does not fit into a uint (64 bits)';
  }
  if (node.literal === 'double' && typeof value === 'number' && !Number.isFinite(value)) {
    return 'the number does not fit into a double';
  }
  return undefined;
}

interface ArgumentProblem {
  readonly node: Node;
  readonly message: string;
}

/** A pattern that stands in the expression and could never work. A good one is added to the others. */
export function patternProblem(call: CallNode, patterns: RulePatterns): ArgumentProblem | undefined {
  const pattern = call.name === 'matches' ? call.args.at(-1) : undefined;
  const text = textOf(pattern);
  const reason = text === undefined ? undefined : patterns.add(text);
  if (pattern === undefined || reason === undefined) return undefined;
  return { node: pattern, message: `the regular expression is not valid RE2: ${reason}` };
}

function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'literal' && typeof node.value === 'string' ? node.value : undefined;
}

const TAKES: Readonly<Record<string, readonly string[]>> = {
  d: ['int', 'uint', 'double'],
  f: ['int', 'uint', 'double'],
  e: ['int', 'uint', 'double'],
  b: ['int', 'uint', 'bool'],
  o: ['int', 'uint'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
};

/** A format text that stands in the expression and could never work. */
export function formatProblem(call: CallNode, typeOf: (node: Node) => Type): ArgumentProblem | undefined {
  if (call.name !== 'format') return undefined;
  const format = textOf(call.target);
  const list = call.args[0];
  if (format === undefined || list?.kind !== 'list') return undefined;
  const parts = parseFormat(format);
  if (typeof parts === 'string') return { node: call, message: `the format text is not valid: ${parts}` };
  const clauses = parts.filter((part) => part.kind === 'clause');
  if (clauses.length !== list.elements.length) {
    return {
      node: call,
      message: `the format text has ${clauses.length} clauses for ${list.elements.length} arguments`,
    };
  }
  for (const [i, argument] of list.elements.entries()) {
    const verb = clauses[i]?.verb ?? 's';
    const type = typeOf(argument);
    const { kind } = type;
    if (kind !== 'dyn' && kind !== 'error' && !(TAKES[verb]?.includes(kind) ?? true)) {
      return { node: argument, message: `%${verb} does not take ${describeTypeWithArticle(type)}` };
    }
  }
  return undefined;
}
