import type { Program } from '@omnia-policy/test/mesh/governed-mesh.js';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 1000;
/** Longer than ext-authz takes to report, and the operator to look at the report. */
const QUIET_LOOKS = 3;
const PATIENCE_MS = 5 * 60_000;

/** Resolves when the operator has had nothing to do for some seconds; to when that began. */
export async function untilIdle({ opsUrl }: Program): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let quiet = 0, last = '', sinceMs = performance.now(); ;) {
    const now = await readWork(opsUrl);
    if (now !== last) sinceMs = performance.now();
    quiet = now === last ? quiet + 1 : 0;
    if (quiet >= QUIET_LOOKS) return sinceMs;
    if (performance.now() > deadline) throw new Error(`the operator never came to rest:\n${last}\n${now}`);
    last = now;
    await sleep(LOOK_MS);
  }
}

/** All that it has done, heartbeats left out. */
async function readWork(opsUrl: string): Promise<string> {
  const lines = (await (await fetch(`${opsUrl}/metrics`)).text()).split('\n');
  return lines
    .filter((line) => /^omnia_(operator_reconciles|kube_requests)_total/.test(line))
    .filter((line) => !/kind="(Lease|Secret|ValidatingWebhookConfiguration)"/.test(line))
    .join('\n');
}
