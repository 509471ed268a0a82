import { isCelUint, type CelValue } from '@bufbuild/cel';
import { describeTypeWithArticle, type Type } from './check/type.js';
import { compileExpression, type Program } from './compile-expression.js';
import { evaluateOnCall, rootReferences } from './evaluate-on-call.js';
import type { Evaluation } from './evaluation.js';
import type { Activation, CompileResult, Expression } from './expression.js';
import { POLICY_VOCABULARY } from './variables.js';

const HEADER_TYPES: ReadonlySet<Type['kind']> = new Set(['string', 'bool', 'int', 'uint', 'double', 'dyn']);

/** Compiles the value of an injected header: a string, a bool or a number, or what turns out to be one. */
export function compileHeaderValue(text: string): CompileResult<string> {
  const compiled = compileExpression(text, POLICY_VOCABULARY);
  if (!compiled.ok) return compiled;
  const { type } = compiled.program;
  if (!HEADER_TYPES.has(type.kind)) {
    const message = `a header's value must be a string, a bool or a number, and this is ${describeTypeWithArticle(type)}`;
    return { ok: false, problems: [{ message, line: 1, column: 1 }] };
  }
  return { ok: true, expression: headerValueOf(text, compiled.program) };
}

function headerValueOf(text: string, program: Program): Expression<string> {
  const references = rootReferences(program);
  return {
    text,
    references,
    evaluate(activation: Activation): Evaluation<string> {
      const result = evaluateOnCall(program, references, activation);
      if (!result.ok) return result;
      const value = headerText(result.value);
      if (value !== undefined) return { ok: true, value };
      return {
        ok: false,
        code: 'not-a-header-value',
        detail: 'the value is no string, bool or finite number',
      };
    },
  };
}

/** JSON notation without the quotes of a string: `500`, `0.1`, `1e+21`, `true`. JSON has no NaN and no infinity. */
function headerText(value: CelValue): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  return isCelUint(value) ? value.value.toString() : undefined;
}
