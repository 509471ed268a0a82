import { compilePolicySet, type Problem } from '@omnia-policy/policy';

/**
 * Every problem of one object of ours, found by the code that ext-authz compiles it with: what is accepted here runs
 * there. An object of a kind that has no rules of its own has no problems.
 */
export function validateObject(value: unknown): readonly Problem[] {
  const [entry] = compilePolicySet([{ origin: 'object', value }], { revision: '' }).entries;
  return entry?.problems ?? [];
}
