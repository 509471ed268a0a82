import { WRONG_ANSWERS } from '../generator/outcome.js';

/**
 * What makes a run a failure whatever else happened in it: calls that were decided, and not as they should be. Calls
 * that nobody decided, with status 503 or a lost connection, belong to the faults of a run.
 *
 * @returns them with their counts in one line, the worst first; undefined when there are none
 */
export function wrongAnswers(outcomes: ReadonlyMap<string, number>): string | undefined {
  const found = WRONG_ANSWERS.flatMap((outcome) => {
    const count = outcomes.get(outcome) ?? 0;
    return count === 0 ? [] : [`${outcome} ${count}`];
  });
  return found.length === 0 ? undefined : `wrong answers: ${found.join(', ')}`;
}
