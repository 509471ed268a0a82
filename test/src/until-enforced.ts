import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Repeats a call until a change of policy shows; an edit is promised to be in force within a second, the bound here
 * only keeps a broken build from waiting for ever.
 */
export async function untilEnforced<T>(call: () => Promise<T>, shows: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const answer = await call();
    if (shows(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(`the change never showed; last answer: ${JSON.stringify(answer)}`);
    await sleep(25);
  }
}
