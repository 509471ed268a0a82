import type { CelValue } from '@bufbuild/cel';
import { BUDGET_STEPS, spentSteps } from './budget.js';
import type { Program } from './compile-expression.js';
import { engineVariables } from './create-activation.js';
import type { Evaluation } from './evaluation.js';
import type { Activation, RootVariable } from './expression.js';
import { isRootVariable } from './variables.js';

/** The root variables that a program reads. */
export function rootReferences(program: Program): ReadonlySet<RootVariable> {
  return new Set(Array.from(program.references).filter(isRootVariable));
}

/**
 * Runs a program on a call. A body that can't be read fails every program that reads `body` or `mcp`, whatever the
 * rest of it says: no answer can be trusted that might have been another one. Steps are taken from the budget that all
 * expressions of the call share.
 */
export function evaluateOnCall(
  program: Program,
  references: ReadonlySet<RootVariable>,
  activation: Activation,
): Evaluation<CelValue> {
  const { body } = activation.call;
  if (body.state === 'unreadable' && (references.has('body') || references.has('mcp'))) {
    return { ok: false, code: 'body-unreadable', detail: body.reason };
  }
  const variables = engineVariables(activation);
  if (variables.stepsLeft <= 0) {
    return { ok: false, code: 'over-budget', detail: 'earlier expressions took all steps of this call' };
  }
  const result = program.run(variables, Math.min(variables.stepsLeft, BUDGET_STEPS));
  variables.stepsLeft -= spentSteps();
  return result;
}
