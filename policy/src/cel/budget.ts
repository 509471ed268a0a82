import { fault } from './fault.js';

/**
 * Steps that one evaluation may take: about one per syntax node in a loop's body, one per 16 characters of text that
 * is scanned, one per element that is visited. Counted, never timed, so the same call always gets the same answer.
 * A loop over the 25,000 elements that fit into a 64 KiB body stays within it; using it up takes some 10 ms of CPU,
 * 40 ms at worst in a process that is warm.
 */
export const BUDGET_STEPS = 200_000;

/**
 * Steps that all expressions of one call may take together. 50 policies of seven typical rules on a 64 KiB body stay
 * within it, whatever is large in the body; using it up takes some 100 ms of CPU.
 */
export const CALL_BUDGET_STEPS = 2_000_000;

/** Longest text, in UTF-16 units, that an expression may build. */
export const MAX_TEXT_LENGTH = 1_048_576;

/** Longest list that an expression may build from two. */
export const MAX_LIST_SIZE = 100_000;

const TEXT_UNITS_PER_STEP = 16;
const CHANGED_UNITS_PER_STEP = 4;
const CONVERSION_STEPS = 10;
const ELEMENTS_PER_STEP = 2;
const COMPARED_PAIRS_PER_STEP = 256;

// Module-global, since evaluation is synchronous and never nests.
let allowed = BUDGET_STEPS;
let remaining = BUDGET_STEPS;
let blown = false;

/** Starts the count of a new evaluation, which may take that many steps. */
export function resetBudget(steps = BUDGET_STEPS): void {
  allowed = steps;
  remaining = steps;
  blown = false;
}

/** What the evaluation has taken so far, at most what it was allowed. */
export function spentSteps(): number {
  return allowed - Math.max(remaining, 0);
}

/** Whether the evaluation ran out, even if `||`, `&&` or a macro swallowed the error that said so. */
export function isBudgetBlown(): boolean {
  return blown;
}

/** Pays for work about to be done. Throws an `over-budget` fault when the budget is used up. */
export function charge(steps: number): void {
  remaining -= steps;
  if (remaining >= 0) return;
  blown = true;
  throw fault('over-budget', 'the expression takes more steps than it may');
}

/** Pays for scanning that many UTF-16 units. */
export function chargeText(units: number): void {
  if (units >= TEXT_UNITS_PER_STEP) charge(Math.floor(units / TEXT_UNITS_PER_STEP));
}

/**
 * Pays for looking for `part` in `whole`, both in UTF-16 units. The engine's search can be made to compare every pair
 * of characters, which a call that brings both texts would use.
 */
export function chargeSearch(whole: number, part: number): void {
  charge(Math.floor(whole / TEXT_UNITS_PER_STEP + (whole * part) / COMPARED_PAIRS_PER_STEP));
}

/** Pays for a text about to be built, and refuses one that is longer than {@link MAX_TEXT_LENGTH}. */
export function chargeNewText(units: number): void {
  if (units > MAX_TEXT_LENGTH) {
    blown = true;
    throw fault('over-budget', `the expression builds a text longer than ${MAX_TEXT_LENGTH} characters`);
  }
  chargeText(units);
}

/** Pays for adding to a text that is paid for, under the same limit. */
export function chargeLongerText(units: number, added: number): void {
  if (units + added > MAX_TEXT_LENGTH) chargeNewText(units + added);
  chargeText(added);
}

/** Pays for changing every character of a text. */
export function chargeTextChange(units: number): void {
  charge(Math.floor(units / CHANGED_UNITS_PER_STEP));
}

/** Pays for reading a number or a time from a text, or for writing one: the text is short, its notation is not simple. */
export function chargeConversion(units = 0): void {
  charge(CONVERSION_STEPS + Math.floor(units / CHANGED_UNITS_PER_STEP));
}

/** Pays for a list about to be built by copying, and refuses one that is longer than {@link MAX_LIST_SIZE}. */
export function chargeNewList(size: number): void {
  if (size > MAX_LIST_SIZE) {
    blown = true;
    throw fault('over-budget', `the expression builds a list of more than ${MAX_LIST_SIZE} elements`);
  }
  charge(Math.floor(size / ELEMENTS_PER_STEP));
}
