import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Address } from '@omnia-policy/envoy';

const DEADLINE_MS = 30_000;
const PAUSE_MS = 25;

/** Asks until the answer is 200. @throws Error after half a minute, with the last answer */
export async function untilAnswered(url: string): Promise<void> {
  await until(url, async () => {
    const { status } = await fetch(url);
    return status === 200 ? undefined : `status ${status}`;
  });
}

/** Connects until somebody accepts. @throws Error after half a minute */
export async function untilListening({ host, port }: Address): Promise<void> {
  await until(`${host}:${port}`, () => {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.destroy();
        resolve(undefined);
      });
    });
  });
}

async function until(what: string, attempt: () => Promise<string | undefined>): Promise<void> {
  const deadlineMs = performance.now() + DEADLINE_MS;
  for (;;) {
    const missing = await attempt().catch((error: unknown) => String(error));
    if (missing === undefined) return;
    if (performance.now() > deadlineMs) throw new Error(`${what} does not get ready: ${missing}`);
    await delay(PAUSE_MS);
  }
}
