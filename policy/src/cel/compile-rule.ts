import { compileForPolicy, type Purpose } from './compile-for-policy.js';
import type { CompileResult } from './expression.js';

const RULE: Purpose<boolean> = {
  kinds: new Set(['bool', 'dyn']),
  requirement: 'a rule must be true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
  failure: { code: 'not-bool', detail: 'the rule is neither true nor false on this call' },
};

/** Compiles the condition of a deny rule: it must be a bool, or turn out to be one when it runs. */
export function compileRule(text: string): CompileResult<boolean> {
  return compileForPolicy(text, RULE);
}
