import { ADMISSION_LIMITS } from '../admission.js';
import { checkExpression } from '../check/check-expression.js';
import { checkText, programOf } from '../compile-expression.js';
import { LIBRARY } from '../functions/library.js';
import { positionAt } from '../position.js';
import type { Node } from '../syntax-tree.js';
import { POLICY_VOCABULARY } from '../variables.js';
import { isNeverTrue, type KnownCall } from './never-true.js';
import { ANY_VALUE, FAILURE, FALSE, TRUE, type Outcomes } from './outcomes.js';
import { unguardedAccesses } from './unguarded-access.js';

/** What is suspicious of an expression that compiles. Line and column are 1-based inside its text. */
export interface ExpressionWarning {
  readonly reason: 'RuleNeverMatches' | 'UnguardedBodyAccess';
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** Of the condition of a deny rule. */
export function lintRule(text: string, call: KnownCall): readonly ExpressionWarning[] {
  const root = rootOf(text);
  if (root === undefined) return [];
  const never = isNeverTrue(root, call, (node) => evaluateConstant(text, node));
  if (!never) return unguarded(text, root);
  const message = 'the rule is never true, so it refuses nothing: mend the expression, or remove the rule';
  return [{ reason: 'RuleNeverMatches', message, ...positionAt(text, 0) }];
}

/** Of the expression of an injected header. */
export function lintHeaderValue(text: string): readonly ExpressionWarning[] {
  const root = rootOf(text);
  return root === undefined ? [] : unguarded(text, root);
}

/** Undefined for a text that does not compile: what is wrong with it is said elsewhere. */
function rootOf(text: string): Node | undefined {
  const checked = checkText(text, POLICY_VOCABULARY, ADMISSION_LIMITS);
  return 'root' in checked && checked.problems.length === 0 ? checked.root : undefined;
}

function unguarded(text: string, root: Node): readonly ExpressionWarning[] {
  return unguardedAccesses(root).map(({ path, guard, offset }) => ({
    reason: 'UnguardedBodyAccess',
    message: `a call without ${path} may make the evaluation fail (onFailure): guard it with ${guard} && …`,
    ...positionAt(text, offset),
  }));
}

const NO_DECLARATIONS = { variables: new Map(), fields: new Map(), functions: LIBRARY };

function evaluateConstant(text: string, node: Node): Outcomes {
  const checked = checkExpression(text, node, NO_DECLARATIONS);
  if (checked.problems.length > 0) return ANY_VALUE | FAILURE;
  const result = programOf(checked).run({});
  if (!result.ok) return FAILURE;
  if (result.value === true) return TRUE;
  return result.value === false ? FALSE : ANY_VALUE;
}
