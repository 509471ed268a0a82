import type { Answer } from './send.js';
import type { Stack } from './stack.js';

export type DecisionLine = Readonly<Record<string, unknown>>;

export function decisionLines(stack: Stack): DecisionLine[] {
  return stack.stdout.all
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as DecisionLine);
}

/** The line that says what one answered call was, or would have been, denied for; found by its decision id. */
export async function policyDecision(stack: Stack, answer: Answer): Promise<DecisionLine> {
  const id = answer.headers['x-omnia-decision-id'];
  if (typeof id !== 'string') throw new Error('the answer carries no x-omnia-decision-id');
  const isIt = (text: string): boolean =>
    ['"policy_decision"', '"decision":"deny"', id].every((part) => text.includes(part));
  return JSON.parse(await stack.stdout.waitFor(isIt)) as DecisionLine;
}
