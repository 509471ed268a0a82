import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ServiceError } from '@omnia-policy/service';

/** `omnia-policy run` in a process of its own. */
export interface RunProcess {
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

const READY_DEADLINE_MS = 60_000;
const LAST_WORDS = 20;

/**
 * Starts it and waits until calls are answered.
 *
 * @param args of `run`
 * @throws ServiceError with its last words when it ends or is late
 */
export async function startRun(args: readonly string[], env: NodeJS.ProcessEnv): Promise<RunProcess> {
  const program = fileURLToPath(new URL('../bin/omnia-policy.js', import.meta.resolve('@omnia-policy/cli')));
  const child = spawn(process.execPath, [program, 'run', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  try {
    await untilReady(child);
  } catch (error) {
    await end(child);
    throw error;
  }
  return { pid: child.pid ?? -1, stop: () => end(child) };
}

/** The decision log is read and dropped; what the system says of itself is shown only when it does not start. */
async function untilReady(child: ChildProcess): Promise<void> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the system was started without pipes');
  const words: string[] = [];
  createInterface({ input: stderr }).on('line', (line) => {
    words.push(line);
    if (words.length > LAST_WORDS) words.shift();
  });
  const ready = new Promise<string>((resolve) => {
    const onData = (chunk: Buffer): void => {
      if (!chunk.toString().split('\n').includes('ready')) return;
      stdout.off('data', onData);
      stdout.resume();
      resolve('ready');
    };
    stdout.on('data', onData);
  });
  const ended = once(child, 'exit').then(() => 'ended');
  const late = delay(READY_DEADLINE_MS, 'is late', { ref: false });
  const outcome = await Promise.race([ready, ended, late]);
  if (outcome === 'ready') return;
  const problem = outcome === 'ended' ? 'ended before it was ready' : 'is not ready after a minute';
  throw new ServiceError('not-ready', `omnia-policy run ${problem}:\n${words.join('\n')}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  await exited;
}
