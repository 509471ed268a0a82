import type { Answer } from './send.js';
import type { Stack } from './stack.js';

export type DecisionLine = Readonly<Record<string, unknown>>;

export function decisionLines(stack: Stack): DecisionLine[] {
  return stack.stdout.all
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as DecisionLine);
}

/** The decision line of one answered call, found by its decision id. */
export async function policyDecision(stack: Stack, answer: Answer): Promise<DecisionLine> {
  const id = answer.headers['x-omnia-decision-id'];
  if (typeof id !== 'string') throw new Error('the answer carries no x-omnia-decision-id');
  const line = await stack.stdout.waitFor((text) => text.includes('"policy_decision"') && text.includes(id));
  return JSON.parse(line) as DecisionLine;
}
