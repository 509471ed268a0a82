import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { startChild } from './start-child.js';

const quiet = { env: process.env, stdout: 'ignore', onLine: () => undefined } as const;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await delay(20);
}

t.test('stop ends a child that obeys SIGTERM', async (t) => {
  const child = startChild({ ...quiet, command: '/bin/sh', args: ['-c', 'exec sleep 600'] });
  await child.stop(60_000);
  t.match((await child.ended).description, 'SIGTERM');
});

t.test('stop kills a child that does not', async (t) => {
  const lines: string[] = [];
  const child = startChild({
    ...quiet,
    command: '/bin/sh',
    args: ['-c', 'trap "" TERM; echo deaf >&2; while :; do sleep 0.1; done'],
    onLine: (line) => lines.push(line),
  });
  while (lines.length === 0) await delay(10);
  await child.stop(50);
  t.match((await child.ended).description, 'SIGKILL');
});

t.test('how a child ended is told, and its last words are read', async (t) => {
  const lines: string[] = [];
  const child = startChild({
    ...quiet,
    command: '/bin/sh',
    args: ['-c', 'printf "one\\ntwo" >&2; exit 7'],
    onLine: (line) => lines.push(line),
  });
  t.strictSame(await child.ended, { code: 7, description: 'ended with exit code 7' });
  t.strictSame(lines, ['one', 'two']);
});

t.test('a program that does not exist ends at once, with the reason', async (t) => {
  const child = startChild({ ...quiet, command: '/does/not/exist', args: [] });
  t.match((await child.ended).description, /could not be started.*ENOENT/);
});

t.test('a child does not outlive a parent that is killed without a chance to act', async (t) => {
  const module = new URL('./start-child.js', import.meta.url).href;
  const script = `
    const { startChild } = await import(${JSON.stringify(module)});
    const child = startChild({ command: '/bin/sleep', args: ['600'], env: {}, stdout: 'ignore', onLine() {} });
    console.log(child.pid);
    setInterval(() => {}, 1000);
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  t.ok(isAlive(pid));
  parent.kill('SIGKILL');
  await untilGone(pid);
  t.notOk(isAlive(pid));
});
