import { acquireEnvoy } from '@omnia-policy/cli';
import { readConfiguration, runMain } from '@omnia-policy/service';
import { meshIsMissing } from '@omnia-policy/test/mesh/mesh.js';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describeMachine, loadAverage } from '../measure/machine.js';
import { startBenchCluster, type BenchCluster } from './bench-cluster.js';
import { operatorDescription } from './operator-settings.js';
import { profiled } from './probe/profiled.js';
import { operatorReport } from './report/operator-report.js';
import type { OperatorResult } from './report/operator-result.js';
import { FULL_SCALE, SHORT_SCALE } from './scale.js';
import { fillCluster } from './steps/fill-cluster.js';
import { measureChangeCosts } from './steps/measure-change-costs.js';
import { measureEnforced } from './steps/measure-enforced.js';
import { measureMemory } from './steps/measure-memory.js';
import { restartOperator, startOnFullCluster } from './steps/start-on-full-cluster.js';

const RESULTS = fileURLToPath(new URL('../../operator-results.md', import.meta.url));

runMain('bench:operator', async () => {
  const configuration = readConfiguration(operatorDescription, {
    args: process.argv.slice(2),
    env: process.env,
  });
  if (configuration.kind === 'help') {
    process.stdout.write(configuration.text);
    return;
  }
  if (meshIsMissing !== false) throw new Error(meshIsMissing);
  const { short, write, profile } = configuration.values;
  if (profile !== undefined) await mkdir(profile, { recursive: true });
  const envoy = await acquireEnvoy({ env: process.env, report });
  const machine = describeMachine(envoy.version);
  const ends: (() => Promise<void>)[] = [];
  const teardown = (end: () => Promise<void>): void => void ends.unshift(end);
  let measured: Measured;
  const scale = short ? SHORT_SCALE : FULL_SCALE;
  try {
    const cluster = await startBenchCluster({ scale, teardown, report });
    measured = await measure(cluster, profile);
  } finally {
    for (const end of ends) await end();
  }
  const facts = { short, machine, scale, loadAtEnd: loadAverage() };
  const text = `${operatorReport({ ...measured, ...facts })}\n`;
  process.stdout.write(text);
  if (!short || write) await writeFile(RESULTS, text);
});

type Measured = Pick<OperatorResult, 'fill' | 'firstStart' | 'restart' | 'enforced' | 'costs' | 'memory'>;

async function measure(cluster: BenchCluster, profile: string | undefined): Promise<Measured> {
  const step = <T>(name: string, run: () => Promise<T>): Promise<T> =>
    profiled(cluster, { name, profile, run });
  const fill = await step('fill', () => fillCluster(cluster));
  const filled = await measureMemory(cluster, 'after the fill');
  const firstStart = await startOnFullCluster(cluster);
  const started = await measureMemory(cluster, 'the operator started on the full cluster');
  const restart = await restartOperator(cluster);
  const restarted = await measureMemory(cluster, 'the operator started again');
  const enforced = await step('enforced', () => measureEnforced(cluster));
  const costs = await step('changes', () => measureChangeCosts(cluster));
  const changes = costs.reduce((sum, one) => sum + one.changes, 0);
  const changed = await measureMemory(cluster, `after ${String(changes)} more changes`);
  const memory = [...filled, ...started, ...restarted, ...changed];
  return { fill, firstStart, restart, enforced, costs, memory };
}

function report(line: string): void {
  process.stderr.write(`bench:operator: ${line}\n`);
}
