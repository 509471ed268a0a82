import { ServiceError } from '@omnia-policy/service/program';
import type { ObjectCache } from '../object-cache.js';

/**
 * Resolves when all caches had their first complete list.
 * @throws ServiceError `not-ready` that names the kinds that had none within the time, and why
 */
export async function waitForSync(
  caches: readonly ObjectCache<unknown>[],
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<void> {
  const waiting = new Set(caches);
  const all = Promise.all(caches.map(async (cache) => cache.synced.then(() => waiting.delete(cache))));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(notReady([...waiting], timeoutMs));
    }, timeoutMs);
  });
  await Promise.race([all, late]).finally(() => {
    clearTimeout(timer);
  });
}

function notReady(waiting: readonly ObjectCache<unknown>[], timeoutMs: number): ServiceError {
  const missing = waiting.map(({ kind, health }) => `${kind.kind} (${health.failure ?? 'no answer yet'})`);
  return new ServiceError(
    'not-ready',
    `the API server gave no complete list within ${timeoutMs} ms of: ${missing.join(', ')}`,
  );
}
