import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { findProcess } from '../child-processes.js';
import { freePorts } from '../free-ports.js';
import { EXAMPLE, startStack, type Stack } from '../stack.js';
import { callTool, received } from '../tool-call.js';

const POLICIES = {
  'agent.yaml': readFileSync(join(EXAMPLE, 'support-agent-policy.yaml'), 'utf8'),
  'refunds.yaml': readFileSync(join(EXAMPLE, 'refund-guardrails.yaml'), 'utf8').replace(
    'mode: audit',
    'mode: enforce',
  ),
};
const GOOD = { amount: 5, reason: 'r' };
const BAD = { amount: 600, reason: 'r' };

/** Calls in a few lanes until told to stop; gives each answer to `check`. */
async function underLoad(
  lanes: number,
  call: (lane: number) => Promise<void>,
  during: () => Promise<void>,
): Promise<number> {
  let calls = 0;
  let running = true;
  const loops = Array.from({ length: lanes }, async (_, lane) => {
    while (running && calls < 50_000) {
      await call(lane);
      calls++;
    }
  });
  await during();
  running = false;
  await Promise.all(loops);
  return calls;
}

async function envoyEpoch(stack: Stack): Promise<string> {
  const info = (await (await fetch(`${stack.admin}/server_info`)).json()) as { hot_restart_version: string };
  return `${String(findProcess(stack.process.pid, 'envoy').pid)} ${info.hot_restart_version}`;
}

t.test(
  'ext-authz killed under load: 503 while away, never a wrong answer, back without a new Envoy',
  async (t) => {
    const stack = await startStack({ policies: POLICIES });
    t.teardown(() => stack.stop());
    const epoch = await envoyEpoch(stack);
    const seen = new Map<string, number>();
    const note = (key: string): void => void seen.set(key, (seen.get(key) ?? 0) + 1);
    const lane = async (index: number): Promise<void> => {
      const good = index % 2 === 0;
      const { status } = await callTool(stack, { body: good ? GOOD : BAD });
      note(`${good ? 'good' : 'bad'} ${status}`);
    };
    const total = await underLoad(4, lane, async () => {
      for (let kills = 0; kills < 3; kills++) {
        await sleep(500);
        process.kill(findProcess(stack.process.pid, 'ext-authz').pid, 'SIGKILL');
        await sleep(1_500);
      }
    });
    t.comment(`${total} calls: ${JSON.stringify([...seen])}`);
    const allowed = new Set(['good 200', 'good 503', 'bad 403', 'bad 503']);
    t.same(
      [...seen.keys()].filter((key) => !allowed.has(key)),
      [],
      'no other answers',
    );
    for (const key of allowed) t.ok(seen.has(key), `${key} was seen`);
    for (let tries = 0; (await callTool(stack, { body: GOOD })).status !== 200; tries++) {
      if (tries > 200) throw new Error('never recovered');
      await sleep(50);
    }
    t.equal((await callTool(stack, { body: BAD })).status, 403);
    t.equal(await envoyEpoch(stack), epoch, 'the same Envoy');
  },
);

/** Two policies in one file that must always be seen together. */
function pair(version: string): string {
  const one = (name: string, header: string): string => `
apiVersion: omnia.altairalabs.ai/v1alpha1
kind: ToolPolicy
metadata: { name: ${name}, namespace: production }
spec:
  selector: { registry: customer-tools }
  rules: [{ name: never, deny: { cel: 'false', message: never } }]
  headerInjection: [{ header: ${header}, value: "${version}" }]
`;
  return [one('first', 'x-first'), one('second', 'x-second')].join('---');
}

t.test('policies replaced 1,000 times under load: no request sees a mixture', async (t) => {
  const stack = await startStack({ policies: { 'pair.yaml': pair('v0') } });
  t.teardown(() => stack.stop());
  const versions = new Set<string>();
  const mixtures: string[] = [];
  const lane = async (): Promise<void> => {
    const answer = await callTool(stack, { tool: 'lookup_order', body: {} });
    const { headers } = received(answer);
    const first = String(headers['x-first']);
    if (answer.status !== 200 || first !== headers['x-second']) mixtures.push(answer.text);
    versions.add(first);
  };
  await underLoad(3, lane, async () => {
    for (let version = 1; version <= 1_000; version++) {
      stack.writePolicy('pair.yaml', pair(`v${version}`));
      await sleep(15);
    }
  });
  t.same(mixtures, []);
  t.comment(`${versions.size} versions were seen`);
  t.ok(versions.size > 10, 'the replacements were in force while the calls ran');
});

t.test('upstream away: allowed calls get 503, refused ones are still refused', async (t) => {
  const [dead] = await freePorts(1);
  const stack = await startStack({
    policies: POLICIES,
    flags: ['--upstream', `http://127.0.0.1:${String(dead)}`],
  });
  t.teardown(() => stack.stop());
  t.equal((await callTool(stack, { body: GOOD })).status, 503);
  t.equal((await callTool(stack, { body: BAD })).status, 403);
});

t.test(
  'every policy says onFailure: allow: calls pass while ext-authz is away, without forged headers',
  async (t) => {
    const open = POLICIES['refunds.yaml'].replace('onFailure: deny', 'onFailure: allow');
    const claims = POLICIES['agent.yaml'].replace('spec:', 'spec:\n  onFailure: allow');
    const stack = await startStack({ policies: { 'refunds.yaml': open, 'agent.yaml': claims } });
    t.teardown(() => stack.stop());
    t.match(
      (await callTool(stack, { body: BAD })).text,
      /max-refund-amount/,
      'while it is there, it decides',
    );
    const extAuthz = findProcess(stack.process.pid, 'ext-authz');
    process.kill(extAuthz.pid, 'SIGSTOP');
    t.teardown(() => {
      process.kill(extAuthz.pid, 'SIGCONT');
    });
    const answer = await callTool(stack, {
      body: BAD,
      headers: [
        ['x-processed-by', 'admin'],
        ['x-omnia-claim-team', 'root'],
      ],
    });
    t.equal(answer.status, 200);
    t.equal(received(answer).headers['x-processed-by'], undefined);
    t.equal(received(answer).headers['x-omnia-claim-team'], 'support');
  },
);
