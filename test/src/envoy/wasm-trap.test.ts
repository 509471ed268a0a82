import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { ROOT, startStack, type Stack } from '../stack.js';
import { callTool, received } from '../tool-call.js';
import { untilEnforced } from '../until-enforced.js';

const TRAP_MODULE = join(ROOT, 'wasm-filter/build/omnia-filter-trap.wasm');
const TRAP: [string, string] = ['x-test-trap', '1'];
const FORGED: [string, string] = ['x-omnia-claim-team', 'admin'];

/** Where the running Envoy takes the claims filter from, as it says itself. */
async function claimsFile(stack: Stack): Promise<string> {
  const dump = await (await fetch(`${stack.admin}/config_dump`)).text();
  const found = /"path":\s*"([^"]*omnia\.claims\.json)"/.exec(dump);
  if (!found?.[1]) throw new Error('no omnia.claims.json in the configuration dump');
  return found[1];
}

/** The shipped module never traps on demand: the test puts its twin with a trap in its place, on the running Envoy. */
async function useTrapModule(stack: Stack): Promise<void> {
  const file = await claimsFile(stack);
  const shipped = readFileSync(file, 'utf8');
  const trapping = shipped
    .replace(/[^"]*omnia-filter\.wasm/, TRAP_MODULE)
    .replace('"vm_id":"', '"vm_id":"trap-');
  const next = join(dirname(file), 'next');
  writeFileSync(next, trapping);
  renameSync(next, file);
  await untilEnforced(
    async () => (await callTool(stack, { tool: 'lookup_order', headers: [TRAP], body: {} })).status,
    (status) => status === 503,
  );
}

t.test(
  'a trap in the filter refuses, recovers by itself, and never lets a forged header through',
  async (t) => {
    const stack = await startStack({ flags: ['--envoy-concurrency', '1'] });
    t.teardown(() => stack.stop());
    await useTrapModule(stack);
    let refused = 0;
    let passed = 0;
    for (let round = 0; round < 5; round++) {
      await callTool(stack, { tool: 'lookup_order', headers: [TRAP], body: {} });
      for (let call = 0; call < 40; call++) {
        const answer = await callTool(stack, { tool: 'lookup_order', headers: [FORGED], body: {} });
        if (answer.status === 200) {
          passed++;
          t.equal(received(answer).headers['x-omnia-claim-team'], 'support');
        } else {
          t.equal(answer.status, 503);
          refused++;
        }
        await sleep(10);
      }
    }
    t.comment(`${refused} refused, ${passed} passed`);
    t.ok(refused > 0, 'refused while the VM was down');
    t.ok(passed > 0, 'passed after it was reloaded');
  },
);
