import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { requireTool } from '../tools/find-tool.js';

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlOptions {
  readonly kubeconfig: string;
  /** Where it keeps what it has learned of the API. */
  readonly cacheFolder: string;
}

/** Runs kubectl once. Does not throw when it fails: `code` says so. */
export async function runKubectl(
  { kubeconfig, cacheFolder }: KubectlOptions,
  args: readonly string[],
  stdin = '',
): Promise<KubectlResult> {
  const all = ['--kubeconfig', kubeconfig, '--cache-dir', cacheFolder, ...args];
  const child = spawn(requireTool('kubectl'), all, { stdio: ['pipe', 'pipe', 'pipe'] });
  const code = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve(exitCode ?? -1);
    });
  });
  // It may end before it has read everything.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const [exit, stdout, stderr] = await Promise.all([code, text(child.stdout), text(child.stderr)]);
  return { code: exit, stdout, stderr };
}
