import { isCelUint, type CelValue } from '@bufbuild/cel';
import { compileForPolicy, type Purpose } from './compile-for-policy.js';
import type { CompileResult } from './expression.js';

const HEADER_VALUE: Purpose<string> = {
  kinds: new Set(['string', 'bool', 'int', 'uint', 'double', 'dyn']),
  requirement: "a header's value must be a string, a bool or a number",
  read: headerText,
  failure: { code: 'not-a-header-value', detail: 'the value is no string, bool or finite number' },
};

/** Compiles the value of an injected header: a string, a bool or a number, or what turns out to be one. */
export function compileHeaderValue(text: string): CompileResult<string> {
  return compileForPolicy(text, HEADER_VALUE);
}

/** JSON notation without the quotes of a string: `500`, `0.1`, `1e+21`, `true`. JSON has no NaN and no infinity. */
function headerText(value: CelValue): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  return isCelUint(value) ? value.value.toString() : undefined;
}
