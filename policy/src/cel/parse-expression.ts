import { parse } from '@bufbuild/cel';
import type { ExpressionProblem } from './expression.js';
import { positionAt } from './position.js';
import { readSyntaxTree } from './read-syntax-tree.js';
import { syntaxProblem } from './syntax-problem.js';
import type { Node } from './syntax-tree.js';

/** Reads the text of an expression; a problem says where its syntax breaks. */
export function parseExpression(text: string): Node | ExpressionProblem {
  try {
    // The parser wants a newline after a comment.
    return readSyntaxTree(parse(`${text}\n`));
  } catch (error) {
    return problemOf(error, text);
  }
}

function problemOf(error: unknown, text: string): ExpressionProblem {
  // Brackets that nest were counted before; what is left is chains of operators and fields.
  if (error instanceof RangeError)
    return { message: 'the expression is nested too deeply', ...positionAt(text, 0) };
  const found = syntaxProblem(text);
  if (found !== undefined)
    return { message: `syntax error: ${found.reason}`, ...positionAt(text, found.offset) };
  const words = error instanceof Error ? error.message : 'it can not be read';
  const reason = words.replace(/^((syntax|parse) error )?<input>:\d+:\d+: /, '');
  return { message: `syntax error: ${reason}`, ...positionAt(text, Math.min(offsetOf(error), text.length)) };
}

function offsetOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('location' in error)) return 0;
  const { location } = error;
  if (typeof location !== 'object' || location === null || !('start' in location)) return 0;
  const { start } = location;
  if (typeof start !== 'object' || start === null || !('offset' in start)) return 0;
  return typeof start.offset === 'number' ? start.offset : 0;
}
