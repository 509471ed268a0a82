import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-ports.js';
import { collectLines, type Lines } from './lines.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const CLI = join(ROOT, 'cli/bin/omnia-policy.js');
export const EXAMPLE = join(ROOT, 'manifests/examples/securing-agents');

interface Output {
  readonly stdout: Lines;
  readonly stderr: Lines;
}

/** `omnia-policy run` as its users start it: real Envoy, filter, ext-authz and demo tools, on ports of its own. */
export interface Stack extends Output {
  readonly url: string;
  readonly admin: string;
  readonly extAuthz: string;
  readonly ops: string;
  readonly process: ChildProcess;
  /** Writes a file into the policy folder the way careful tools do: whole, then renamed into place. */
  writePolicy(name: string, yaml: string): void;
  removePolicy(name: string): void;
  stop(): Promise<number | null>;
}

export interface StackOptions {
  /** File name → YAML; the example folder when absent. */
  readonly policies?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'omnia-policies-'));
  const policies = join(folder, 'policies');
  fill(policies, options.policies);
  const [listen = '', admin = '', extAuthz = '', ops = '', demo = ''] = (await freePorts(5)).map(
    (port) => `127.0.0.1:${port}`,
  );
  const addresses = {
    ...{ '--listen': listen, '--envoy-admin': admin, '--ext-authz': extAuthz },
    ...{ '--ops': ops, '--demo-tools': demo },
  };
  const args = ['run', '--policies', policies, ...Object.entries(addresses).flat()];
  const child = spawn(process.execPath, [CLI, ...args, ...(options.flags ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  const output = { stdout: collectLines(child.stdout), stderr: collectLines(child.stderr) };
  await untilReady(child, output);
  return {
    ...{ url: `http://${listen}`, admin: `http://${admin}`, ops: `http://${ops}`, extAuthz },
    ...output,
    process: child,
    writePolicy(name, yaml) {
      writeFileSync(join(folder, 'next'), yaml);
      renameSync(join(folder, 'next'), join(policies, name));
    },
    removePolicy: (name) => {
      rmSync(join(policies, name));
    },
    stop: () => stop(child, folder),
  };
}

function fill(policies: string, files: StackOptions['policies']): void {
  if (files === undefined) {
    cpSync(EXAMPLE, policies, { recursive: true });
    return;
  }
  mkdirSync(policies);
  for (const [name, yaml] of Object.entries(files)) writeFileSync(join(policies, name), yaml);
}

async function untilReady(child: ChildProcess, { stdout, stderr }: Output): Promise<void> {
  try {
    await stdout.waitFor((line) => line === 'ready', { timeoutMs: 120_000 });
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${String(error)}\n${stderr.all.slice(-20).join('\n')}`, { cause: error });
  }
}

async function stop(child: ChildProcess, folder: string): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    await exited;
  }
  rmSync(folder, { recursive: true, force: true });
  return child.exitCode;
}
