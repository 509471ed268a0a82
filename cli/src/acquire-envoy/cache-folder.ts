import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where fetched things are kept between runs: OMNIA_CACHE_DIR, else a folder in the user's cache folder. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env.OMNIA_CACHE_DIR !== undefined && env.OMNIA_CACHE_DIR !== '') return resolve(env.OMNIA_CACHE_DIR);
  const base = env.XDG_CACHE_HOME;
  // The XDG rules say that a relative path is to be ignored.
  const valid = base?.startsWith('/') === true ? base : join(env.HOME ?? homedir(), '.cache');
  return join(valid, 'omnia-policy');
}
