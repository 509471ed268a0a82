import { spawn } from 'node:child_process';

/** Ends the watch without touching the watched process. Resolves when nothing is left of it. */
export type EndWatch = () => Promise<void>;

/**
 * Ends a child should this process die without doing so itself (SIGKILL, a crash): a shell of a few kilobytes waits on
 * a pipe that only this process holds open, and sends SIGTERM, five seconds later SIGKILL, when it breaks.
 */
export function watchOwnDeath(pid: number): EndWatch {
  const wait = 'for _ in 1 2 3 4 5; do sleep 1; kill -0 "$1" || exit 0; done';
  const script = `read -r _ || { kill -TERM "$1"; ${wait}; kill -KILL "$1"; } 2>/dev/null`;
  // A group of its own, or Ctrl-C in a terminal would end the watch first.
  const shell = spawn('/bin/sh', ['-c', script, 'omnia-policy-watch', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const gone = new Promise<void>((resolve) => {
    shell.on('close', resolve);
    shell.on('error', () => {
      resolve();
    });
  });
  shell.stdin.on('error', () => undefined);
  return () => {
    shell.stdin.end('done\n');
    return gone;
  };
}
