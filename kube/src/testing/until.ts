import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until it holds. @throws Error after 10 s */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 10 s`);
    await sleep(5);
  }
}
