import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireTool } from '../tools/find-tool.js';

export interface HelmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs helm once, with folders of its own and no plugins. Does not throw when it fails: `code` says so. */
export async function runHelm(args: readonly string[], stdin = ''): Promise<HelmResult> {
  const home = mkdtempSync(join(tmpdir(), 'omnia-helm-'));
  try {
    return await new Promise((resolve) => {
      const child = execFile(
        requireTool('helm'),
        args,
        { env: { HOME: home, PATH: process.env.PATH ?? '' }, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : exitCode(error.code), stdout, stderr });
        },
      );
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(stdin);
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function exitCode(code: string | number | null | undefined): number {
  return typeof code === 'number' ? code : -1;
}
