import type { JsonObject } from '../../call/json.js';
import { compileRule } from '../compile-rule.js';
import { createActivation } from '../create-activation.js';
import { exampleCall } from './example-call.js';

/** The value or the error code; `refused` for a rule that does not compile. */
export function outcomeOf(text: string, body: JsonObject): boolean | string {
  const compiled = compileRule(text);
  if (!compiled.ok) return 'refused';
  const result = compiled.expression.evaluate(createActivation(exampleCall({ body })));
  return result.ok ? result.value : result.code;
}
