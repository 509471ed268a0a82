import { acquireEnvoy } from '@omnia-policy/cli';
import t from 'tap';
import { AS_EXPECTED } from '../generator/outcome.js';
import { startGenerator } from '../generator/start-generator.js';
import { summarise } from '../generator/summarise.js';
import { startSystem } from './started-system.js';
import type { SystemUnderLoad } from './system-under-load.js';

const generator = startGenerator();
t.teardown(generator.stop);

/** Every call of the mix, twice; what became of them. */
async function callsOf({
  address,
  requests,
}: SystemUnderLoad): Promise<readonly (readonly [string, number])[]> {
  const intervals = await generator.run({
    ...address,
    requests,
    pacing: { kind: 'closed', connections: 1 },
    durationMs: 30_000,
    maxRequests: requests.length * 2,
    answerTimeoutMs: 10_000,
    intervalMs: 30_000,
  });
  return [...summarise(intervals).outcomes];
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

t.test('the system that is loaded, and its faults', async (t) => {
  const workers = 2;
  const system = await startSystem(
    await acquireEnvoy({ env: process.env, report: () => undefined }),
    workers,
  );
  t.teardown(() => system.stop());
  const rightly = [[AS_EXPECTED, system.requests.length * 2]];
  const before = system.processes();
  t.equal(before.get('envoy')?.length, 1);
  t.equal(before.get('ext-authz')?.length, 1 + workers, 'those that answer, and the one that they belong to');
  t.same(await callsOf(system), rightly);

  await system.faults?.killExtAuthz();
  const after = system.processes().get('ext-authz') ?? [];
  t.equal(after.length, 1 + workers, 'it came back by itself');
  t.notOk(after.some((pid) => before.get('ext-authz')?.includes(pid)));
  t.same(await callsOf(system), rightly);

  t.ok(((await system.faults?.replacePolicies(300)) ?? 0) > 0);
  t.same(await callsOf(system), rightly);

  await system.stop();
  t.same(
    [...before.values(), after]
      .flat()
      .filter((pid) => pid !== process.pid)
      .filter(isAlive),
    [],
  );
});
