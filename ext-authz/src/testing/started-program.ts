import { parseListenAddress } from '@omnia-policy/service';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export type LogLine = Readonly<Record<string, unknown>>;

/** The real program as a process of its own, on ports that the system chose. */
export interface StartedProgram {
  readonly pid: number;
  readonly port: number;
  readonly opsUrl: string;
  readonly folder: string;
  /** Every line of stdout so far; each must be JSON. */
  readonly log: readonly LogLine[];
  readonly stderr: () => string;
  readonly write: (file: string, text: string) => Promise<void>;
  /** Resolves with the first line that fits, past or future. */
  readonly logged: (fits: (line: LogLine) => boolean) => Promise<LogLine>;
  readonly ready: () => Promise<void>;
  readonly get: (path: string) => Promise<{ readonly status: number; readonly text: string }>;
  /** Sends the signal and resolves with the exit code. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
  /** Exit code, when the program has ended. */
  readonly ended: Promise<number | null>;
}

export interface ProgramOptions {
  /** File name → text. */
  readonly policies?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Instead of the folder and of ports that the system chooses. */
  readonly replace?: Readonly<Partial<Record<'--policies' | '--listen' | '--ops', string>>>;
}

const programPath = fileURLToPath(new URL('../../bin/omnia-ext-authz.js', import.meta.url));

/** Resolves when both addresses are open. */
export async function startProgram({
  policies = {},
  args = [],
  replace,
}: ProgramOptions = {}): Promise<StartedProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'omnia-ext-authz-'));
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  };
  for (const [file, text] of Object.entries(policies)) await write(file, text);
  const fixed = { '--policies': folder, '--listen': '127.0.0.1:0', '--ops': '127.0.0.1:0', ...replace };
  const child = spawn(process.execPath, [programPath, ...Object.entries(fixed).flat(), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test that is cut off must not leave the program behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const output = collect(child);
  const ended = once(child, 'exit').then(async ([code]: unknown[]) => {
    await rm(folder, { recursive: true, force: true });
    return typeof code === 'number' ? code : null;
  });
  const { msg, listen, ops } = await output.logged((line) => line.msg === 'listening');
  if (msg !== 'listening') throw new Error(`ended at the start (${String(await ended)}): ${output.stderr()}`);
  return {
    pid: child.pid ?? 0,
    port: parseListenAddress(String(listen))?.port ?? 0,
    folder,
    ...output,
    ...opsClient(`http://${String(ops)}`),
    write,
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}

function opsClient(opsUrl: string): Pick<StartedProgram, 'opsUrl' | 'get' | 'ready'> {
  const get: StartedProgram['get'] = async (path) => {
    const answer = await fetch(opsUrl + path);
    return { status: answer.status, text: await answer.text() };
  };
  return { opsUrl, get, ready: () => until(async () => (await get('/readyz')).status === 200) };
}

/** Asks again and again; the test's own timeout is the end. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(30);
}

function collect(child: ChildProcess): Pick<StartedProgram, 'log' | 'stderr' | 'logged'> {
  const log: LogLine[] = [];
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => log.push(JSON.parse(line) as LogLine));
  }
  return {
    log,
    stderr: () => errors,
    async logged(fits) {
      let found: LogLine | undefined;
      await until(() => {
        found = log.find(fits);
        return found !== undefined || child.exitCode !== null;
      });
      return found ?? {};
    },
  };
}
