import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild, type Child, type EnvoyBinary } from '@omnia-policy/cli';
import type { JsonObject } from '@omnia-policy/policy';

/** Starts an Envoy with one worker, which logs errors only. @param folder keeps its configuration */
export async function startEnvoy(envoy: EnvoyBinary, bootstrap: JsonObject, folder: string): Promise<Child> {
  const file = join(folder, 'bootstrap.json');
  await writeFile(file, JSON.stringify(bootstrap));
  return startChild({
    command: envoy.path,
    args: ['--config-path', file, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'error'],
    env: process.env,
    stdout: 'ignore',
    onLine: (line) => process.stderr.write(`envoy: ${line}\n`),
  });
}

/** @throws Error when it could not be started */
export function pidOf(child: Child): number {
  if (child.pid === undefined) throw new Error('a process could not be started');
  return child.pid;
}
