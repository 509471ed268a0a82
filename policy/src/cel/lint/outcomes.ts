/** Which of true, false and an error an expression may come to: bits, since both operands of `&&` may do several. */
export type Outcomes = number;

export const TRUE = 1;
export const FALSE = 2;
export const FAILURE = 4;
/** A value of which nothing is known, and that is one. */
export const ANY_VALUE = TRUE | FALSE;

export function has(outcomes: Outcomes, one: Outcomes): boolean {
  return (outcomes & one) !== 0;
}

/** In CEL an operand that decides hides the failure of the other one, whichever comes first. */
export function and(left: Outcomes, right: Outcomes): Outcomes {
  const passes = (one: Outcomes): boolean => has(one, TRUE | FAILURE);
  const fails = (has(left, FAILURE) && passes(right)) || (has(right, FAILURE) && passes(left));
  return (left & right & TRUE) | ((left | right) & FALSE) | (fails ? FAILURE : 0);
}

export function not(operand: Outcomes): Outcomes {
  return (has(operand, TRUE) ? FALSE : 0) | (has(operand, FALSE) ? TRUE : 0) | (operand & FAILURE);
}

export function or(left: Outcomes, right: Outcomes): Outcomes {
  return not(and(not(left), not(right)));
}

export function choose(condition: Outcomes, yes: Outcomes, no: Outcomes): Outcomes {
  return (condition & FAILURE) | (has(condition, TRUE) ? yes : 0) | (has(condition, FALSE) ? no : 0);
}
