import { describeTypeWithArticle } from './check/type.js';
import { compileExpression, type Program } from './compile-expression.js';
import { evaluateOnCall, rootReferences } from './evaluate-on-call.js';
import type { Evaluation } from './evaluation.js';
import type { Activation, CompileResult, Expression } from './expression.js';
import { POLICY_VOCABULARY } from './variables.js';

/** Compiles the condition of a deny rule: it must be a bool, or turn out to be one when it runs. */
export function compileRule(text: string): CompileResult<boolean> {
  const compiled = compileExpression(text, POLICY_VOCABULARY);
  if (!compiled.ok) return compiled;
  const { kind } = compiled.program.type;
  if (kind !== 'bool' && kind !== 'dyn') {
    const message = `a rule must be true or false, and this is ${describeTypeWithArticle(compiled.program.type)}`;
    return { ok: false, problems: [{ message, line: 1, column: 1 }] };
  }
  return { ok: true, expression: ruleOf(text, compiled.program) };
}

function ruleOf(text: string, program: Program): Expression<boolean> {
  const references = rootReferences(program);
  return {
    text,
    references,
    evaluate(activation: Activation): Evaluation<boolean> {
      const result = evaluateOnCall(program, references, activation);
      if (!result.ok) return result;
      if (typeof result.value === 'boolean') return { ok: true, value: result.value };
      return { ok: false, code: 'not-bool', detail: 'the rule is neither true nor false on this call' };
    },
  };
}
