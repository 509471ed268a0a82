import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { watchOwnDeath } from './death-watch.js';

export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `forward`: the child writes to our stdout itself, byte for byte. */
  readonly stdout: 'forward' | 'ignore';
  /** Takes the child's stderr, line by line. */
  readonly onLine: (line: string) => void;
}

/** How a child ended; `description` is for people. */
export interface ChildEnd {
  readonly code: number | undefined;
  readonly description: string;
}

export interface Child {
  /** Undefined when it could not be started; `ended` then says why. */
  readonly pid: number | undefined;
  /** Resolves when the process is gone and its output was read; never rejects. */
  readonly ended: Promise<ChildEnd>;
  /** SIGTERM, and SIGKILL when it is still there after `graceMs`. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
  readonly kill: () => void;
}

/** Starts a process that ends when this one does, however that happens. */
export function startChild({ command, args, env, stdout, onLine }: ChildCommand): Child {
  // Its own group: Ctrl-C must reach it through us, in the right order.
  const child = spawn(command, args, {
    env,
    detached: true,
    stdio: ['ignore', stdout === 'forward' ? 'inherit' : 'ignore', 'pipe'],
  });
  const endWatch = child.pid === undefined ? () => Promise.resolve() : watchOwnDeath(child.pid);
  readLines(child.stderr, onLine);
  const ended = endOf(child).finally(endWatch);
  return {
    pid: child.pid,
    ended,
    async stop(graceMs) {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}

function endOf(child: ChildProcess): Promise<ChildEnd> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      resolve({ code: undefined, description: `could not be started: ${error.message}` });
    });
    child.on('close', (code, signal) => {
      const description = signal === null ? `ended with exit code ${String(code)}` : `was ended by ${signal}`;
      resolve({ code: code ?? undefined, description });
    });
  });
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream === null) return;
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine);
}
