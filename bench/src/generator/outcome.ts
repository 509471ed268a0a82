import type { Exchange } from './http-connection.js';
import type { PlannedRequest } from './load-plan.js';

export const AS_EXPECTED = 'as expected';
/** The worst that can happen: what the policies deny reached the tool. */
export const DENIED_CALL_PASSED = 'denied call passed';
export const ALLOWED_CALL_REFUSED = 'allowed call refused';
export const WRONG_BODY = 'right status, wrong body';

/** Outcomes that are wrong answers, worst first; the others are no answers at all. */
export const WRONG_ANSWERS: readonly string[] = [DENIED_CALL_PASSED, ALLOWED_CALL_REFUSED, WRONG_BODY];

/** One word or two for what became of a request: one of the above, `status 503`, or how the connection failed. */
export function outcomeOf(request: PlannedRequest, exchange: Exchange): string {
  if (!exchange.answer) return exchange.failure;
  const { status, body } = exchange.answer;
  const { expectedStatus, expectedText } = request;
  if (status === expectedStatus) {
    return expectedText === undefined || body.includes(expectedText) ? AS_EXPECTED : WRONG_BODY;
  }
  if (expectedStatus === 403 && status < 400) return DENIED_CALL_PASSED;
  if (expectedStatus < 400 && status === 403) return ALLOWED_CALL_REFUSED;
  return `status ${status}`;
}

/** Worst first: wrong answers, then the rest by how often. */
export function worstFirst(
  counts: ReadonlyMap<string, number>,
): (readonly [outcome: string, count: number])[] {
  const rank = (outcome: string): number => {
    const index = WRONG_ANSWERS.indexOf(outcome);
    return index < 0 ? WRONG_ANSWERS.length : index;
  };
  return [...counts]
    .filter(([outcome]) => outcome !== AS_EXPECTED)
    .sort(([a, countA], [b, countB]) => rank(a) - rank(b) || countB - countA);
}
