import { inspect } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  /** What is waited for, for the message. */
  readonly what: string;
  readonly timeoutMs?: number;
  /** Added to the message when it never came. */
  readonly details?: () => string;
}

/**
 * Asks again and again until there is an answer. An error counts as none; the last one is in the message.
 *
 * @throws Error after `timeoutMs` (default 30 s)
 */
export async function until<T>(
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  { what, timeoutMs = 30_000, details = () => '' }: UntilOptions,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let last: unknown; ;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline)
      throw new Error(
        `${what}: not within ${timeoutMs} ms. ${last === undefined ? '' : inspect(last)} ${details()}`,
      );
    await sleep(25);
  }
}
