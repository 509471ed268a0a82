import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errorText, ServiceError } from '@omnia-policy/service';

/** The oldest Envoy that the configuration is tested with. */
export const OLDEST_ENVOY = '1.36';

/** An Envoy that can be started. */
export interface EnvoyBinary {
  /** Absolute path of the executable. */
  readonly path: string;
  /** For example `1.39.3`. */
  readonly version: string;
}

/**
 * Asks an executable for its version.
 *
 * @param origin how the user came to this one, for messages: `ENVOY_PATH`, `PATH`.
 * @throws ServiceError `envoy-not-found` when it is no Envoy, can't run here, or is older than {@link OLDEST_ENVOY}.
 */
export async function checkEnvoy(path: string, origin: string): Promise<EnvoyBinary> {
  const version = await readVersion(path, origin);
  if (isOlder(version, OLDEST_ENVOY)) {
    throw new ServiceError(
      'envoy-not-found',
      `${path} (from ${origin}) is Envoy ${version}, but ${OLDEST_ENVOY} or newer is needed. ` +
        'Set ENVOY_PATH to a newer one, or take this one out of PATH to have one fetched.',
    );
  }
  return { path, version };
}

async function readVersion(path: string, origin: string): Promise<string> {
  let output: string;
  try {
    output = (await promisify(execFile)(path, ['--version'], { timeout: 30_000 })).stdout;
  } catch (cause) {
    throw new ServiceError(
      'envoy-not-found',
      `${path} (from ${origin}) does not run: ${errorText(cause)}. Set ENVOY_PATH to the executable of an Envoy.`,
      { cause },
    );
  }
  const version = /\/(\d+\.\d+\.\d+)[^/]*\//.exec(output)?.[1];
  if (version !== undefined) return version;
  throw new ServiceError(
    'envoy-not-found',
    `${path} (from ${origin}) does not say its version as Envoy does. Set ENVOY_PATH to the executable of an Envoy.`,
  );
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}
