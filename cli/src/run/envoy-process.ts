import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootstrap } from '@omnia-policy/envoy';
import type { LocalRunSettings } from '@omnia-policy/envoy';
import { flagOf, formatListenAddress, listenError, ServiceError } from '@omnia-policy/service';
import type { EnvoyBinary } from '../acquire-envoy/envoy-version.js';
import type { Cleanup } from '../processes/cleanup.js';
import { startChild } from '../processes/start-child.js';
import { writingIn } from './work-folder.js';

export interface EnvoyStart {
  readonly binary: EnvoyBinary;
  readonly settings: LocalRunSettings;
  readonly concurrency: number;
  readonly workFolder: string;
  readonly report: (line: string) => void;
  /** Takes each line of Envoy's log. */
  readonly onLine: (line: string) => void;
  readonly cleanup: Cleanup;
}

const STOP_GRACE_MS = 5000;
const KEPT_LINES = 5;

/**
 * Starts Envoy. Its warnings are reported.
 *
 * @returns a promise that rejects with a ServiceError when Envoy ends before it is told to: `address-in-use` or
 *   `address-unavailable` when it could not listen, else `envoy-failed`.
 */
export async function startEnvoy(start: EnvoyStart): Promise<{ readonly failed: Promise<never> }> {
  const { binary, report } = start;
  const file = join(start.workFolder, 'bootstrap.json');
  const text = JSON.stringify(bootstrap(start.settings), null, 2);
  await writingIn(start.workFolder, () => writeFile(file, text));
  const words: string[] = [];
  const child = startChild({
    command: binary.path,
    args: envoyArguments(file, start.concurrency),
    env: process.env,
    stdout: 'ignore',
    onLine(line) {
      words.push(line);
      if (words.length > KEPT_LINES) words.shift();
      report(`envoy: ${line}`);
      start.onLine(line);
    },
  });
  report(`Envoy ${binary.version} started (pid ${child.pid ?? 'none'})`);
  let stopping = false;
  start.cleanup.add({
    end() {
      stopping = true;
      return child.stop(STOP_GRACE_MS);
    },
    endAtOnce: child.kill,
  });
  const failed = child.ended.then(async ({ description }): Promise<never> => {
    if (stopping) return new Promise(() => undefined);
    const cause = new ServiceError('envoy-failed', [`Envoy ${description}`, ...words].join('\n'));
    throw bindError(start.settings, words, cause) ?? cause;
  });
  return { failed };
}

/** The ports were free before Envoy was started; somebody may have taken one since. */
function bindError(
  { listen, admin }: LocalRunSettings,
  words: readonly string[],
  cause: ServiceError,
): ServiceError | undefined {
  const complaint = words.find((line) => line.includes('cannot bind'));
  if (complaint === undefined) return undefined;
  const isAdmin = complaint.includes(`'${formatListenAddress(admin)}'`);
  return isAdmin
    ? listenError(flagOf('envoyAdmin'), admin, cause)
    : listenError(flagOf('listen'), listen, cause);
}

function envoyArguments(bootstrapFile: string, concurrency: number): readonly string[] {
  return [
    ...['--config-path', bootstrapFile],
    ...['--concurrency', String(concurrency)],
    // Several Envoys on one machine would else share memory by a number.
    '--disable-hot-restart',
    ...['--log-level', 'warning', '--log-format', '[%l][%n] %v'],
  ];
}
