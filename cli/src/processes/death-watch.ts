import { spawn } from 'node:child_process';

/** Ends the watch without touching the watched process. */
export type EndWatch = () => void;

/**
 * Ends a child should this process die without doing so itself (SIGKILL, a crash): a shell of a few kilobytes waits on
 * a pipe that only this process holds open, and sends SIGTERM, five seconds later SIGKILL, when it breaks.
 */
export function watchOwnDeath(pid: number): EndWatch {
  const script = 'read -r _ || { kill -TERM "$1"; sleep 5; kill -KILL "$1"; } 2>/dev/null';
  // A group of its own, or Ctrl-C in a terminal would end the watch first.
  const shell = spawn('/bin/sh', ['-c', script, 'omnia-policy-watch', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  return () => {
    shell.stdin.end('done\n');
  };
}
