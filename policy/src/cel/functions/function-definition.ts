import type { CelInput, CelValue } from '@bufbuild/cel';
import { parseSignature, type Signature } from '../check/signature.js';

/**
 * Is called with exactly as many values as it has parameters (its `length`); a method's target comes first. Throws a
 * fault.
 */
// eslint-disable-next-line max-params -- the arguments are those of a CEL function
export type Implementation = (one: CelValue, two: CelValue, three: CelValue, four: CelValue) => CelInput;

/** A function of the expression language: what the checker knows of it, and what runs. */
export interface FunctionDefinition {
  readonly name: string;
  readonly signatures: readonly Signature[];
  /** One for each number of arguments; told apart by their `length`. */
  readonly implementations: readonly Implementation[];
}

/** @param signatures in the notation of {@link parseSignature} */
export function define(
  name: string,
  signatures: readonly string[],
  implementations: Implementation | readonly Implementation[],
): FunctionDefinition {
  return {
    name,
    signatures: signatures.map(parseSignature),
    implementations: typeof implementations === 'function' ? [implementations] : implementations,
  };
}
